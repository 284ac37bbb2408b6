import { headOf, inherited, readNginx, type Directive } from './nginx-syntax.ts';
import { isAddress, mark, type Destination, type Rewritten } from './rewritten.ts';

/** What the old machine has, as `readSurroundings` prints it. */
export interface Surroundings {
  resolvers: string[];
  /** File of trusted authorities; undefined where none was found. */
  authorities: string | undefined;
}

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
 * new balancer. Its name stands in a variable: only then nginx looks it up again, and its addresses change.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
 */
export function rewriteNginx(text: string, change: Change): Rewritten {
  const all = readNginx(text);
  if (!all) return { obstacles: ['its braces do not match: nginx would not read it either'] };
  const found = new Set<string>();
  const passes = all.filter((one) => one.name === 'proxy_pass' && leadsToOld(one, all, { ...change, found }));
  const missing = change.appServers.filter((server) => !found.has(server));
  const obstacles = [
    ...(change.appServers.length === 0 ? ['retire.appServers names no old app server'] : []),
    ...missing.map((server) => `no proxy_pass leads to ${server}`),
    ...passes.flatMap((pass) => obstaclesTo(pass, all, change)),
    ...surroundingObstacles(change),
  ];
  if (obstacles.length > 0) return { obstacles: [...new Set(obstacles)] };
  return {
    text: `${mark}\n${spliced(
      text,
      passes.flatMap((pass) => editsFor(pass, text, change)),
    )}`,
  };
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

const serversOf = (upstream: Directive): string[] =>
  upstream.children.filter(({ name }) => name === 'server').map(({ args: [address = ''] }) => address);

function leadsToOld(
  pass: Directive,
  all: readonly Directive[],
  { appServers, found }: { appServers: readonly string[]; found: Set<string> },
): boolean {
  const upstream = upstreamOf(pass, all);
  const host = targetOf(pass)?.host ?? pass.args[0] ?? '';
  const old = (upstream ? serversOf(upstream) : [host]).filter((server) => appServers.includes(server));
  for (const server of old) found.add(server);
  return old.length > 0;
}

function obstaclesTo(pass: Directive, all: readonly Directive[], { appServers }: Change): string[] {
  const upstream = upstreamOf(pass, all);
  const others = upstream ? serversOf(upstream).filter((server) => !appServers.includes(server)) : [];
  return [
    ...obstaclesInPlace(pass),
    ...others.map((server) => `upstream ${upstream?.args[0]} also leads to ${server}`),
  ];
}

/** What its block and its path have against it. Only the whole path can be passed on as it is. */
function obstaclesInPlace(pass: Directive): string[] {
  const where = headOf(pass.parent);
  const target = targetOf(pass);
  if (!target) return [`"${where}" passes no HTTP: only http can be forwarded`];
  if (pass.parent?.name === 'if') return [`"${where}": a proxy_pass inside of an if cannot be rewritten`];
  const isWhole = target.path === '' || (target.path === '/' && pass.parent?.args.at(-1) === '/');
  return isWhole ? [] : [`"${where}" changes the path (proxy_pass ${pass.args[0]})`];
}

function surroundingObstacles({ to, resolvers, authorities }: Change): string[] {
  return [
    ...(resolvers.length === 0 && !isAddress(to.dnsName) ? ['/etc/resolv.conf there names no resolver'] : []),
    ...(to.serverName !== undefined && authorities === undefined
      ? ['it has no file of trusted authorities: install ca-certificates there']
      : []),
  ];
}

interface Edit {
  from: number;
  to: number;
  text: string;
}

/** Ours stands where proxy_pass stood, below what it replaces as comments; the rest of what it replaces goes. */
function editsFor(pass: Directive, text: string, change: Change): Edit[] {
  const line = text.slice(text.lastIndexOf('\n', pass.from) + 1, pass.from);
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const { parent } = pass;
  const replaced = (parent?.children ?? []).filter((one) => one === pass || isInTheWay(one, parent));
  const lines = [
    ...replaced.map((one) => `# redeploy: ${text.slice(one.from, one.to).replaceAll(/\s+/g, ' ')}`),
    ...passLines(change),
    ...headerLines(parent),
  ].join(`\n${indent}`);
  const ours = line.trim() === '' ? lines : `\n${indent}${lines}\n${indent}`;
  return replaced.map(({ from, to }) => ({ from, to, text: from === pass.from ? ours : '' }));
}

function passLines({ to, resolvers, authorities }: Change): string[] {
  const scheme = to.serverName === undefined ? 'http' : 'https';
  return [
    ...(isAddress(to.dnsName) ? [] : [`resolver ${resolvers.join(' ')};`]),
    `set $redeploy_balancer ${to.dnsName};`,
    `proxy_pass ${scheme}://$redeploy_balancer:${to.port};`,
    'proxy_http_version 1.1;',
    ...(to.serverName === undefined
      ? []
      : [
          'proxy_ssl_server_name on;',
          `proxy_ssl_name ${to.serverName};`,
          'proxy_ssl_verify on;',
          'proxy_ssl_verify_depth 4;',
          `proxy_ssl_trusted_certificate ${authorities};`,
        ]),
  ];
}

/** What must arrive for DDP and for the address of the client; Connection as the client has it, which needs no map. */
const wantedHeaders: Record<string, string> = {
  host: 'Host $host',
  upgrade: 'Upgrade $http_upgrade',
  connection: 'Connection $http_connection',
  'x-forwarded-for': 'X-Forwarded-For $proxy_add_x_forwarded_for',
  'x-forwarded-proto': 'X-Forwarded-Proto $scheme',
};

const headerName = ({ args: [name = ''] }: Directive): string => name.toLowerCase();

/** Headers in a block end the inheritance of those around it: then these are named anew. */
function headerLines(block: Directive | undefined): string[] {
  const given = inherited(block, 'proxy_set_header').filter((one) => !isInTheWay(one, block));
  const names = new Set(given.map(headerName));
  const again = given.filter((one) => one.parent !== block);
  const wanted = Object.entries(wantedHeaders).filter(([name]) => !names.has(name));
  return [
    ...again.map(({ args: [name = '', value = ''] }) => `proxy_set_header ${name} "${value}";`),
    ...wanted.map(([, words]) => `proxy_set_header ${words};`),
  ];
}

/** What would say otherwise: the version of HTTP, TLS to the old servers, and a Connection that is not there for an upgrade. */
function isInTheWay(one: Directive, block: Directive | undefined): boolean {
  if (one.name === 'proxy_set_header' && headerName(one) === 'connection')
    return !inherited(block, 'proxy_set_header').some((other) => headerName(other) === 'upgrade');
  return /^(proxy_http_version|resolver|proxy_redirect|proxy_ssl_\w+)$/.test(one.name);
}

/** The edits in the order in which they stand. */
function spliced(text: string, edits: readonly Edit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  return [...parts, text.slice(at)].join('');
}

/** Names that the configuration serves, but for those that are moved; `_` and patterns are none. */
export function otherServerNames(text: string, hostnames: readonly string[]): string[] {
  const known = new Set(hostnames.map((name) => name.toLowerCase()));
  const names = [...text.matchAll(/^[^#\n]*?\bserver_name\s+([^;]+);/gm)].flatMap(([, all = '']) => all.split(/\s+/));
  return [...new Set(names.map((name) => name.toLowerCase()))].filter(
    (name) => /^[a-z0-9*][a-z0-9.*-]*\.[a-z]{2,}$/.test(name) && !known.has(name),
  );
}
