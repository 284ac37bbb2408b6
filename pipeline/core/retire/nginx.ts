import { isAddress } from '../dns.ts';
import { readWhole, type NginxFile } from './nginx-files.ts';
import { editsFor, foreignObstacles, spliced, type Surroundings } from './nginx-edits.ts';
import { headOf, type Directive } from './nginx-syntax.ts';
import { mark, type Destination, type Rewritten } from './rewritten.ts';

export function surroundingsIn(output: string): Surroundings {
  const of = (name: string) => [...output.matchAll(new RegExp(`^${name} (\\S+)`, 'gm'))].map(([, value = '']) => value);
  const [authorities] = of('authorities');
  return { resolvers: of('resolver').map((one) => (one.includes(':') ? `[${one}]` : one)), authorities };
}

interface Change extends Surroundings {
  appServers: readonly string[];
  to: Destination;
}

/**
 * Makes every `proxy_pass` of an nginx configuration that leads to old app servers, itself or through an upstream, lead to the
 * new balancer, in whichever of its files. Its name stands in a variable: only then nginx looks it up again, and its addresses
 * change. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
 */
export function rewriteNginx(files: readonly NginxFile[], change: Change): Rewritten {
  const whole = readWhole(files);
  if ('obstacles' in whole) return whole;
  const { all } = whole;
  const found = new Set<string>();
  const passes = all.filter((one) => one.name === 'proxy_pass' && leadsToOld(one, all, { ...change, found }));
  const missing = change.appServers.filter((server) => !found.has(server));
  const edited = files.flatMap((one) => editedFile(one, passes, change) ?? []);
  const obstacles = [
    ...(change.appServers.length === 0 ? ['retire.appServers names no old app server'] : []),
    ...missing.map((server) => `no proxy_pass leads to ${server}`),
    ...passes.flatMap((pass) => obstaclesTo(pass, all, change)),
    ...surroundingObstacles(change),
    ...edited.flatMap((one) => ('obstacle' in one ? [one.obstacle] : [])),
  ];
  if (obstacles.length > 0) return { obstacles: [...new Set(obstacles)] };
  return { files: edited.flatMap((one) => ('obstacle' in one ? [] : [one])) };
}

type Edited = { file: string; text: string } | { obstacle: string };

/** Undefined when nothing in it is to be changed. What is included in several places must want the same in each. */
function editedFile({ file, text }: NginxFile, passes: readonly Directive[], change: Change): Edited | undefined {
  const all = passes.filter((pass) => pass.file === file).flatMap((pass) => editsFor(pass, text, change));
  const edits = new Map(all.map((edit) => [edit.from, edit]));
  if (all.some((edit) => edits.get(edit.from)?.text !== edit.text))
    return { obstacle: `${file} is included in several places, which set other headers: write it out in each` };
  return all.length === 0 ? undefined : { file, text: `${mark}\n${spliced(text, [...edits.values()])}` };
}

const upstreamOf = (pass: Directive, all: readonly Directive[]): Directive | undefined => {
  const name = targetOf(pass)?.host;
  return all.find((one) => one.name === 'upstream' && one.args[0] === name);
};

/** `http://app/x`: host `app`, path `/x`. Undefined for what has no scheme, as in a `stream`. */
function targetOf({ args: [address = ''] }: Directive): { host: string; path: string } | undefined {
  const [, host = '', path = ''] = /^https?:\/\/([^/]+)(\/.*)?$/.exec(address) ?? [];
  return host === '' ? undefined : { host, path };
}

/** Where nobody names a port, it is 80. */
const withPort = (server: string): string => (/^[^:/]+$/.test(server) ? `${server}:80` : server);

const serversOf = (upstream: Directive): string[] =>
  upstream.children.filter(({ name }) => name === 'server').map(({ args: [address = ''] }) => withPort(address));

function leadsToOld(
  pass: Directive,
  all: readonly Directive[],
  { appServers, found }: { appServers: readonly string[]; found: Set<string> },
): boolean {
  const upstream = upstreamOf(pass, all);
  const host = withPort(targetOf(pass)?.host ?? pass.args[0] ?? '');
  const old = (upstream ? serversOf(upstream) : [host]).filter((server) => appServers.includes(server));
  for (const server of old) found.add(server);
  return old.length > 0;
}

function obstaclesTo(pass: Directive, all: readonly Directive[], { appServers }: Change): string[] {
  const upstream = upstreamOf(pass, all);
  const others = upstream ? serversOf(upstream).filter((server) => !appServers.includes(server)) : [];
  return [
    ...obstaclesInPlace(pass),
    ...foreignObstacles(pass),
    ...others.map((server) => `${upstream?.file}: upstream ${upstream?.args[0]} also leads to ${server}`),
  ];
}

/** What its block and its path have against it. Only the whole path can be passed on as it is. */
function obstaclesInPlace(pass: Directive): string[] {
  const where = `${pass.file}: "${headOf(pass.parent)}"`;
  const target = targetOf(pass);
  if (!target) return [`${where} passes no HTTP: only http can be forwarded`];
  if (pass.parent?.name === 'if') return [`${where}: a proxy_pass inside of an if cannot be rewritten`];
  const isWhole = target.path === '' || (target.path === '/' && pass.parent?.args.at(-1) === '/');
  return isWhole ? [] : [`${where} changes the path (proxy_pass ${pass.args[0]})`];
}

function surroundingObstacles({ to, resolvers, authorities }: Change): string[] {
  return [
    ...(resolvers.length === 0 && !isAddress(to.dnsName) ? ['/etc/resolv.conf there names no resolver'] : []),
    ...(to.serverName !== undefined && authorities === undefined
      ? ['it has no file of trusted authorities: install ca-certificates there']
      : []),
  ];
}

/** Names that the configuration serves, but for those that are moved; `_` and patterns are none. */
export function otherServerNames(text: string, hostnames: readonly string[]): string[] {
  const known = new Set(hostnames.map((name) => name.toLowerCase()));
  const names = [...text.matchAll(/^[^#\n]*?\bserver_name\s+([^;]+);/gm)].flatMap(([, all = '']) => all.split(/\s+/));
  return [...new Set(names.map((name) => name.toLowerCase()))].filter(
    (name) => /^[a-z0-9*][a-z0-9.*-]*\.[a-z]{2,}$/.test(name) && !known.has(name),
  );
}
