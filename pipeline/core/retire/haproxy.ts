import { isAddress } from '../dns.ts';
import type { Caller } from './residue.ts';
import { mark, type Destination, type Rewritten } from './rewritten.ts';

/** Who comes, by source and host; kept as long as a watch of a week needs. */
const table = 'redeploy_residual';
const tableDays = 9;
const tableMs = tableDays * 86_400_000;

interface Section {
  head: string;
  lines: string[];
}

/**
 * Makes every backend of an HAProxy configuration that leads to an old app server lead to the new balancer instead, and
 * counts who comes. Old lines stay as comments. https://docs.haproxy.org/2.6/configuration.html
 */
export function rewriteHaproxy(
  { file, text }: { file: string; text: string },
  appServers: readonly string[],
  to: Destination,
): Rewritten {
  const sections = sectionsOf(text);
  const defaultMode = modeOf(sections.find(({ head }) => head.startsWith('defaults'))) ?? 'tcp';
  const found = new Set<string>();
  const obstacles: string[] = [];
  const rewritten: string[] = [];
  for (const section of sections) {
    const old = section.lines.filter((line) => leadsTo(line, appServers, found));
    const isHttp = (modeOf(section) ?? defaultMode) === 'http';
    if (old.length > 0 && !isHttp) obstacles.push(`"${section.head}" is in mode tcp: only mode http can be forwarded`);
    rewritten.push(section.head, ...countedLines(section, isHttp), ...forwardedLines(section, old, to));
  }
  const missing = appServers.filter((server) => !found.has(server));
  if (appServers.length === 0) obstacles.push('retire.appServers names no old app server');
  obstacles.push(...missing.map((server) => `no server line leads to ${server}`));
  if (obstacles.length > 0) return { obstacles };
  const lines = [mark, ...rewritten.filter((line, at) => at > 0 || line !== ''), ...additions];
  return { files: [{ file, text: lines.join('\n') }] };
}

const additions = [
  '',
  `backend ${table}`,
  `    stick-table type string len 128 size 50k expire ${tableDays}d store http_req_cnt,conn_cur`,
  '',
  'resolvers redeploy',
  '    parse-resolv-conf',
  '    hold valid 10s',
  '',
];

const keyword =
  /^(global|defaults|frontend|backend|listen|resolvers|peers|userlist|cache|program|mailers|ring|http-errors|fcgi-app)\b/;

/** What comes before the first section is a section without a head. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ head: '', lines: [] }];
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    if (keyword.test(line.trimStart())) sections.push({ head: line.trim(), lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

function modeOf(section: Section | undefined): string | undefined {
  const line = section?.lines.find((one) => /^\s*mode\s/.test(one));
  return line?.trim().split(/\s+/)[1];
}

function leadsTo(line: string, appServers: readonly string[], found: Set<string>): boolean {
  const address = /^\s*server\s+\S+\s+(\S+)/.exec(line)?.[1];
  if (address === undefined || !appServers.includes(address)) return false;
  found.add(address);
  return true;
}

/** Visitors are counted where they come in, but not those of HAProxy's own statistics. */
function countedLines({ head, lines }: Section, isHttp: boolean): string[] {
  const isEntrance = /^(frontend|listen)\b/.test(head);
  if (!isEntrance || !isHttp || lines.some((line) => /^\s*stats\s+(enable|uri)/.test(line))) return [];
  return [
    '    http-request set-var(txn.redeploy_host) req.hdr(host),field(1,:),lower',
    `    http-request track-sc2 src,concat(|,txn.redeploy_host) table ${table}`,
  ];
}

function forwardedLines({ lines }: Section, old: readonly string[], to: Destination): string[] {
  const [first] = old;
  return lines.flatMap((line) => {
    if (!old.includes(line)) return [line];
    return line === first ? [`    # redeploy: ${line.trim()}`, serverLine(to)] : [`    # redeploy: ${line.trim()}`];
  });
}

/** The balancer's addresses change: its name is looked up again and again, and a start does not fail for want of DNS. */
function serverLine({ dnsName, port, serverName }: Destination): string {
  const tls = serverName && ` ssl verify required ca-file @system-ca sni str(${serverName}) verifyhost ${serverName}`;
  const names = isAddress(dnsName) ? '' : ' resolvers redeploy init-addr last,libc,none';
  return `    server redeploy ${dnsName}:${port}${tls ?? ''}${names}`;
}

/** Names that the configuration itself treats in a way of their own, but for those that are moved. */
export function otherNames(text: string, hostnames: readonly string[]): string[] {
  const tests = text
    .split('\n')
    .filter((line) => /hdr(_\w+)?\(host\)|ssl_fc_sni|req\.ssl_sni/.test(line) && !/^\s*#/.test(line));
  const names = tests.flatMap((line) => line.match(/\b[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b/gi) ?? []);
  const known = new Set(hostnames.map((name) => name.toLowerCase()));
  return [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => !known.has(name));
}

/** Reads `show table redeploy_residual`. A line: `0x…: key=1.2.3.4|shop.test use=0 exp=123 shard=0 http_req_cnt=2 conn_cur=0`. */
export function callersInTable(text: string, now: number): Caller[] {
  return text.split('\n').flatMap((line) => {
    const fields = Object.fromEntries(
      [...line.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]),
    );
    const [source = '', host = ''] = (fields['key'] ?? '').split('|');
    if (source === '') return [];
    const lastAt = now - (tableMs - Number(fields['exp'] ?? tableMs));
    return [
      { source, host, requests: Number(fields['http_req_cnt']), connections: Number(fields['conn_cur']), lastAt },
    ];
  });
}

/** The table that is read, as the statistics socket is asked for it. */
export const showTable = `show table ${table}`;
