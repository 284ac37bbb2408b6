import { judgeDomains } from '../proxy-domains.ts';
import { dropped, mapped, needsYou, type Rule } from '../rule.ts';

const certificate =
  'name balancer.domain, and a certificate is found in ACM or requested; or import yours there, and name it in balancer.certificate';
const nginx = 'there is no nginx: do it in the app, or in listener rules of the load balancer';
const noLimit = 'the load balancer limits no uploads';
const renews = 'ACM renews certificates by itself';

/** Everything between visitors and the app. */
export const webRules: Rule[] = [
  ...needsYou(
    ['app.ssl.crt', 'string', certificate],
    ['app.ssl.key', 'string', certificate],
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
      'app.ssl.autogenerate.domains',
      'string',
      'balancer.domain and balancer.otherDomains, as proxy.domains',
      { judge: judgeDomains },
    ],
    [
      'proxy.domains',
      'string',
      'balancer.domain, the one of ROOT_URL, and balancer.otherDomains; a name without HTTPS needs you',
      { judge: judgeDomains },
    ],
    [
      'proxy.ssl.forceSSL',
      'boolean',
      'with a domain or certificate HTTP always redirects to HTTPS',
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
      'balancer.stickiness: by a cookie',
      {
        judge: ({ value }) =>
          value === true
            ? { why: 'balancer.stickiness is on already, by a cookie' }
            : {
                why: 'balancer.stickiness false: only with DISABLE_SOCKJS, since sockjs needs it when WebSockets fail',
                set: { 'balancer.stickiness': false },
              },
      },
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
