import { isAddress } from '../dns.ts';
import { headOf, inherited, type Directive } from './nginx-syntax.ts';
import type { Destination } from './rewritten.ts';

/** What the old machine has, as `readSurroundings` prints it. */
export interface Surroundings {
  resolvers: string[];
  /** File of trusted authorities; undefined where none was found. */
  authorities: string | undefined;
}

interface Towards extends Surroundings {
  to: Destination;
}

/** A part of a file and what stands there instead. */
export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** Ours stands where proxy_pass stood, below what it replaces as comments; the rest of what it replaces goes. */
export function editsFor(pass: Directive, text: string, towards: Towards): Edit[] {
  const line = text.slice(text.lastIndexOf('\n', pass.from) + 1, pass.from);
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const { parent } = pass;
  const replaced = (parent?.children ?? [pass]).filter(
    (one) => one === pass || (one.file === pass.file && isInTheWay(one, parent)),
  );
  const lines = [
    ...replaced.map((one) => `# redeploy: ${text.slice(one.from, one.to).replaceAll(/\s+/g, ' ')}`),
    ...passLines(towards).filter((ours) => !foreignOf(pass).some((one) => wordsOf(one) === ours)),
    ...headerLines(pass),
  ].join(`\n${indent}`);
  const ours = line.trim() === '' ? lines : `\n${indent}${lines}\n${indent}`;
  return replaced.map(({ from, to }) => ({ from, to, text: from === pass.from ? ours : '' }));
}

/** What would say otherwise but stands in another file, which others may include as well. */
const foreignOf = ({ parent, file }: Directive): Directive[] =>
  (parent?.children ?? []).filter((one) => one.file !== file && isInTheWay(one, parent));

const wordsOf = ({ name, args }: Directive): string => `${[name, ...args].join(' ')};`;

/** Words of such that say nothing against ours. */
const harmless = /^(proxy_http_version 1\.1|proxy_redirect (?!default).*);$/;

/** Names the file that must be left as it is, and so stands against the change. */
export const foreignObstacles = (pass: Directive): string[] =>
  foreignOf(pass)
    .map((one) => ({ words: wordsOf(one), file: one.file }))
    .filter(({ words }) => !harmless.test(words))
    .map(
      ({ words, file }) =>
        `"${headOf(pass.parent)}" in ${pass.file} has "${words}" from ${file}: write the proxy_pass and this into one file`,
    );

function passLines({ to, resolvers, authorities }: Towards): string[] {
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
function headerLines({ parent: block }: Directive): string[] {
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

/** The text with the edits, in the order in which they stand. */
export function spliced(text: string, edits: readonly Edit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  return [...parts, text.slice(at)].join('');
}
