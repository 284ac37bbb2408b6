import { dropped, mapped, needsYou, type Rule } from '../rule.ts';

const certificate =
  'request or import a certificate in ACM, in the region of the app, and name it in balancer.certificate';
const nginx = 'there is no nginx: do it in the app, or in listener rules of the load balancer';
const noLimit = 'the load balancer limits no uploads';
const renews = 'ACM renews certificates by itself';

/** Everything between visitors and the app. */
export const webRules: Rule[] = [
  ...needsYou(
    ['app.ssl.autogenerate.domains', 'string', `${certificate}; point the domains to the load balancer`],
    ['app.ssl.crt', 'string', certificate],
    ['app.ssl.key', 'string', certificate],
    ['proxy.domains', 'string', `${certificate}; point the domains to the load balancer`],
    ['proxy.ssl.crt', 'string', certificate],
    ['proxy.ssl.key', 'string', certificate],
    ['proxy.nginxServerConfig', 'string', nginx],
    ['proxy.nginxLocationConfig', 'string', nginx],
    ['proxy.shared.nginxConfig', 'string', nginx],
    ['proxy.shared.templatePath', 'string', nginx],
  ),
  ...dropped(
    ['app.nginx.clientUploadLimit', 'string', noLimit],
    ['app.ssl.autogenerate.email', 'string', renews],
    ['app.ssl.upload', 'boolean', renews],
    ['proxy.ssl.upload', 'boolean', renews, { isUnknownToMup: true }],
    ['proxy.ssl.letsEncryptEmail', 'string', renews],
    ['proxy.clientUploadLimit', 'string', noLimit],
    ['proxy.servers', 'object', 'the load balancer is no machine of yours'],
    ['proxy.shared.clientUploadLimit', 'any', noLimit],
    ['proxy.shared.nginxTemplate', 'string', 'mup itself never used it'],
    ['proxy.shared.env.*', 'any', 'there is no nginx', { isSecret: true }],
    ['proxy.shared.envLetsEncrypt.*', 'any', renews, { isSecret: true }],
  ),
  ...mapped(
    [
      'proxy.ssl.forceSSL',
      'boolean',
      'with balancer.certificate HTTP always redirects to HTTPS',
      { judge: ({ value }) => (value === true ? {} : { outcome: 'dropped' }) },
    ],
    [
      'proxy.loadBalancing',
      'boolean',
      'there is always a load balancer',
      { judge: ({ value }) => (value === true ? {} : { outcome: 'dropped' }) },
    ],
    [
      'proxy.stickySessions',
      'boolean',
      'always on, by a cookie: sockjs needs it when WebSockets fail',
      { judge: ({ value }) => (value === true ? {} : { outcome: 'dropped' }) },
    ],
    listener('app.ssl.port', 'httpsPort', 443),
    listener('proxy.shared.httpPort', 'httpPort', 80),
    listener('proxy.shared.httpsPort', 'httpsPort', 443),
  ),
];

function listener(key: string, name: string, usual: number): Parameters<typeof mapped>[0] {
  return [
    key,
    'number',
    `balancer.${name}`,
    {
      judge: ({ value, text }) =>
        value === usual
          ? { why: `balancer.${name} is ${usual} already` }
          : { why: `balancer.${name} ${text}`, set: { [`balancer.${name}`]: value } },
    },
  ];
}
