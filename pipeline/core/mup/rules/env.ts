import { isOwnMachine, isPrivateAddress, mongoHosts } from '../../mongo-hosts.ts';
import { at, isRecord, textAt, type Raw } from '../raw.ts';
import { carried, dropped, hasProxy, mapped, rootUrlOf, type Found, type Rule, type Verdict } from '../rule.ts';

/** `app.env`: values go into the .env file and show nowhere. */
export const envRules: Rule[] = [
  ...carried(
    ['app.env.*', 'any', 'the .env file', { isSecret: true, judge: intoFile }],
    ['app.env.ROOT_URL', 'string', 'the .env file; its name must lead to the load balancer', { judge: judgeRoot }],
    [
      'app.env.MONGO_URL',
      'string',
      'the .env file; a host that only the old server reached needs you',
      { isSecret: true, judge: judgeMongo },
    ],
    ['app.env.MONGO_OPLOG_URL', 'string', 'the .env file, as MONGO_URL', { isSecret: true, judge: judgeMongo }],
    [
      'app.env.HTTP_FORWARDED_COUNT',
      'any',
      'the .env file; 1 is right behind the load balancer, 2 with a CDN before it',
      { judge: (found) => ({ ...intoFile(found), shown: found.text }) },
    ],
  ),
  ...mapped([
    'app.env.PORT',
    'any',
    'the port that visitors see: balancer.httpPort or httpsPort when ROOT_URL names it',
    { judge: judgePort },
  ]),
  ...dropped(
    ['app.env.METEOR_SETTINGS', 'any', 'mup, too, puts settings.json in its place', { isSecret: true }],
    ['app.env.BIND_IP', 'any', 'the machine sets it'],
  ),
];

function intoFile({ name, value, text }: Found): Partial<Verdict> {
  if (typeof value === 'object')
    return { outcome: 'needs you', why: 'a variable is a text: write it into the .env file' };
  return { env: { [name]: text } };
}

function judgeRoot({ text, name }: Found): Partial<Verdict> {
  const env = { [name]: text };
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return { env };
  return { env, outcome: 'needs you', why: 'in the .env file, but it is no URL with http:// or https://' };
}

/** Hosts that only the old server reached. The value is carried all the same: the user has to change the host alone. */
function judgeMongo({ text, name, config }: Found): Partial<Verdict> {
  const env = { [name]: text };
  const hosts = mongoHosts(text);
  if (hosts === undefined)
    return { env, outcome: 'needs you', why: 'it is no mongodb:// URL, but goes into the .env file' };
  const own = new Set(
    Object.values(recordAt(config, 'servers')).flatMap((server) => [
      textAt(server, 'host'),
      textAt(server, 'privateIp'),
    ]),
  );
  const lost = hosts.find((host) => isOwnMachine(host) || own.has(host));
  if (lost !== undefined) {
    return {
      env,
      outcome: 'needs you',
      why: `in the .env file, but no machine of the fleet reaches ${lost}: name a database that they reach`,
    };
  }
  const near = hosts.find(isPrivateAddress);
  if (near === undefined) return { env, why: 'the .env file' };
  return { env, outcome: 'needs you', why: `in the .env file; ${near} must be reachable from the VPC of the fleet` };
}

const recordAt = (config: Raw, key: string): Record<string, Raw> => {
  const found = at(config, key);
  return isRecord(found) ? found : {};
};

/** In mup it is the port that the server publishes, not the one that the app listens on. */
function judgePort({ text: shown, config }: Found): Partial<Verdict> {
  const port = Number(shown);
  if (hasProxy(config))
    return {
      shown,
      outcome: 'dropped',
      why: 'behind its proxy mup publishes no port; the load balancer listens on 80 and 443',
    };
  if (port === 80) return { shown, outcome: 'mapped', why: 'balancer.httpPort is 80 already' };
  const root = rootUrlOf(config);
  if (root?.port === String(port)) {
    const key = root.protocol === 'https:' ? 'httpsPort' : 'httpPort';
    return { shown, outcome: 'mapped', why: `balancer.${key} ${port}`, set: { [`balancer.${key}`]: port } };
  }
  return {
    shown,
    outcome: 'needs you',
    why: 'ROOT_URL does not name this port, so something stood before the server; the load balancer takes its place, on 80 and 443',
  };
}
