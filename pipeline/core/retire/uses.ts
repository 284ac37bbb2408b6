import { bareName, fullName, type RecordSet } from '../dns.ts';
import type { Blocks } from '../settings.ts';
import type { Finding } from './finding.ts';
import { otherNames } from './haproxy.ts';
import { filesInDump, unloggedPlaces } from './nginx-logs.ts';
import { otherServerNames } from './nginx.ts';
import { recordText } from './records.ts';
import { trafficOf } from './software.ts';

type Retire = Blocks['retire'];

/** Everything that the old machine does besides, from what it printed of itself. */
export function usesOnMachine(text: string, retire: Retire): Finding[] {
  const parts = Object.fromEntries(
    text.split(/^== /m).map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines];
    }),
  );
  const namesIn = retire.software === 'nginx' ? otherServerNames : otherNames;
  return [
    ...listeners(parts['listeners'] ?? [], retire),
    ...crons(parts['cron'] ?? []),
    ...unlogged((parts['config'] ?? []).join('\n'), retire),
    ...namesIn((parts['config'] ?? []).join('\n'), retire.hostnames).map((name) => ({
      key: `name ${name}`,
      old: 'has a rule of its own in the configuration',
      new: 'is not in retire.hostnames',
    })),
  ];
}

function unlogged(config: string, retire: Retire): Finding[] {
  const traffic = trafficOf(retire);
  if (retire.software !== 'nginx' || traffic.via !== 'access-log') return [];
  return unloggedPlaces(filesInDump(config), traffic.file);
}

/** ssh, DHCP and clocks every machine has; 80 and 443 are what is being moved. */
const usual = new Set(['tcp 22', 'tcp 80', 'tcp 443', 'udp 68', 'udp 123', 'udp 323', 'udp 546']);
const loopback = /^(127\.|\[?::1\]?|\[?::ffff:127\.)/;

/** A line of `ss -Hltunp`: `tcp LISTEN 0 511 0.0.0.0:6379 0.0.0.0:* users:(("redis-server",pid=7,fd=6))`. */
function listeners(lines: readonly string[], { httpPort, httpsPort }: Retire): Finding[] {
  const moved = new Set([`tcp ${httpPort}`, `tcp ${httpsPort}`]);
  const found = new Map<string, string>();
  for (const line of lines) {
    const [protocol = '', , , , local = ''] = line.trim().split(/\s+/);
    const key = `${protocol} ${local.slice(local.lastIndexOf(':') + 1)}`;
    if (!/ \d+$/.test(key) || loopback.test(local) || usual.has(key) || moved.has(key)) continue;
    found.set(key, /"([^"]+)"/.exec(line)?.[1] ?? 'somebody');
  }
  return [...found].map(([key, who]) => ({ key: `listener ${key}`, old: `${who} listens`, new: 'nobody' }));
}

/** What Debian and its relatives put there themselves. */
const stock = /run-parts|e2scrub|anacron|sysstat|\/etc\/cron\.d\/(certbot|mdadm|popularity)/;

const crons = (lines: readonly string[]): Finding[] =>
  lines
    .filter((line) => line.includes(': ') && !stock.test(line))
    .map((line) => ({ key: `cron ${line.trim()}`, old: 'is run', new: 'is not' }));

/** Names of ours, other than those that are moved, that lead to the machine. */
export const namesLeadingTo = (
  records: readonly RecordSet[],
  addresses: readonly string[],
  retire: Retire,
): Finding[] =>
  records
    .filter(({ ResourceRecords = [], AliasTarget }) =>
      [AliasTarget?.DNSName ?? '', ...ResourceRecords.map(({ Value = '' }) => Value)].some((value) =>
        addresses.some((one) => mentions(value, one)),
      ),
    )
    .filter(({ Name = '' }) => !retire.hostnames.some((host) => fullName(host) === Name.toLowerCase()))
    .map((record) => ({
      key: `name ${(record.Name ?? '').replace(/\.$/, '')} ${record.Type}`,
      old: recordText(record),
      new: 'leads nowhere once the machine is gone',
    }));

/** SPF and the like hold addresses within text. */
const mentions = (value: string, address: string): boolean =>
  value.split(/[^0-9.]+/).includes(address) || bareName(value) === bareName(address);
