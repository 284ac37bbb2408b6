import { isSecure, namesOfBalancer } from '../address.ts';
import { isOwnMachine, isPrivateAddress, mongoHosts } from '../mongo-hosts.ts';
import type { Target } from '../target.ts';

type Env = Readonly<Record<string, string>>;
/** What is wrong, naming variable and remedy; a value only where it is no secret. */
type Rule = (env: Env, target: Target) => string | undefined;

/** Variables that the machine decides; setting them would do nothing, or break the release. */
const reserved: Readonly<Record<string, string>> = {
  PORT: 'instance.port in redeploy.json is the port of the app, balancer.httpPort and httpsPort those of the world',
  METEOR_SETTINGS: "Meteor's settings have a file of their own",
  BIND_IP: 'the app listens on all addresses of its container',
};

const rootRules: Rule[] = [
  ({ ROOT_URL: root }) =>
    root !== undefined && !/^https?:\/\//i.test(root)
      ? `ROOT_URL "${root}" is no address; it looks like https://www.example.com`
      : undefined,
  ({ ROOT_URL: root }) =>
    root !== undefined && /^https?:\/\//i.test(root) && !URL.canParse(root)
      ? `ROOT_URL "${root}" is no address; it looks like https://www.example.com`
      : undefined,
  // mup rewrites it, and loses the colon of the port on the way; here the user decides.
  ({ ROOT_URL: root }, { balancer }) =>
    root !== undefined && /^http:\/\//i.test(root) && isSecure(balancer)
      ? `ROOT_URL is "${root}", but with ${balancer.domain ? 'balancer.domain' : 'balancer.certificate'} visitors come by HTTPS; write ${root.replace(/^http:/i, 'https:')}`
      : undefined,
  ({ ROOT_URL: root = '' }, target) => {
    const names = namesOfBalancer(target);
    if (names.length === 0 || !/^https?:/i.test(root) || !URL.canParse(root)) return undefined;
    const { hostname, protocol, port } = new URL(root);
    if (!names.includes(hostname))
      return `ROOT_URL is "${root}", but the app is reached by ${names.join(', ')} (balancer.domain)`;
    const listening = target.balancer.httpsPort;
    return protocol === 'https:' && Number(port || 443) !== listening
      ? `ROOT_URL is "${root}", but the load balancer listens on ${listening} (balancer.httpsPort)`
      : undefined;
  },
];

const mongoRule =
  (name: string): Rule =>
  (env) => {
    const address = env[name];
    if (address === undefined) return undefined;
    const hosts = mongoHosts(address);
    if (hosts === undefined) return `${name} is no mongodb:// or mongodb+srv:// address`;
    const own = hosts.find(isOwnMachine);
    return own && `${name} names ${own}: on the machines of the fleet no database runs; name one that they reach`;
  };

const rules: Rule[] = [
  ...rootRules,
  // The balancer is one hop; 0 would take every visitor for the balancer. https://docs.meteor.com/environment-variables.html
  ({ HTTP_FORWARDED_COUNT: count }) =>
    count !== undefined && !/^[1-9]\d?$/.test(count)
      ? `HTTP_FORWARDED_COUNT is "${count}"; behind the load balancer it is 1 (and need not be set), with a CDN before it 2`
      : undefined,
  ({ UNIX_SOCKET_PATH: file }) =>
    file
      ? 'UNIX_SOCKET_PATH makes Meteor listen on a file and on no port, so the load balancer never finds it; remove it'
      : undefined,
  mongoRule('MONGO_URL'),
  mongoRule('MONGO_OPLOG_URL'),
];

/** Everything in the variables that cannot work on the machines. */
export function mistakesInEnv(env: Env, target: Target): string[] {
  const taken = Object.keys(env).flatMap((name) => {
    const advice = reserved[name] ?? (name.startsWith('REDEPLOY_') ? 'such names are its own' : undefined);
    return advice === undefined ? [] : `${name} is set by the machine; remove it (${advice})`;
  });
  return [...taken, ...rules.flatMap((rule) => rule(env, target) ?? [])];
}

/** What may be right, and is worth a look before the first deploy. */
export function hintsAboutEnv(env: Env, target: Target): string[] {
  return [rootHint, mongoHint].flatMap((hint) => hint(env, target) ?? []);
}

const rootHint: Rule = ({ ROOT_URL: root = '', HTTP_FORWARDED_COUNT: hops = '1' }, { balancer }) => {
  if (!URL.canParse(root)) return undefined;
  const { protocol, port } = new URL(root);
  const [own, usual, listening] = isSecure(balancer)
    ? ['https:', 443, balancer.httpsPort]
    : ['http:', 80, balancer.httpPort];
  if (protocol === own && Number(port || usual) !== listening)
    return `ROOT_URL is ${root}, the load balancer listens on ${listening}`;
  return protocol !== own && hops === '1'
    ? `ROOT_URL is ${root}, but there is no balancer.certificate: if HTTPS ends at something before the load balancer, HTTP_FORWARDED_COUNT is 2`
    : undefined;
};

const mongoHint: Rule = ({ MONGO_URL: address = '' }) => {
  const near = mongoHosts(address)?.find(isPrivateAddress);
  if (near !== undefined) return `MONGO_URL names ${near}, which must be reachable from the VPC of the fleet`;
  if (!/^mongodb\+srv:/i.test(address)) return undefined;
  return 'MONGO_URL is looked up in DNS (mongodb+srv): its hosts must let in the addresses that the fleet comes from';
};
