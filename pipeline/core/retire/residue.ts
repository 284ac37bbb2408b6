import type { Blocks } from '../settings.ts';

/** Somebody who still comes to the old machine. */
export interface Caller {
  /** Address; empty where the means to see traffic does not tell. */
  source: string;
  /** Name that was asked for; the address itself for who calls by it. Empty where nobody tells. */
  host: string;
  /** Since the means to see it began to count. */
  requests: number;
  /** Open now. */
  connections: number;
  /** Epoch milliseconds; undefined where only sums are known. */
  lastAt?: number;
}

/** What one look at the old machine's traffic shows. */
export interface Look {
  at: number;
  callers: Caller[];
  /** Since when it counts; undefined where it never begins anew. */
  countsSince?: number;
  /** How many requests the looking itself makes. */
  own: number;
}

/** What a watch has come to so far. Plain JSON, small: it is written every minute, into a parameter of 4 KB. */
export interface Residue {
  /** ISO 8601. */
  lookedAt: string;
  /** Nobody has come since; ISO 8601. */
  quietSince: string;
  requests: number;
  connections: number;
  /** Who came last, the latest first; noise behind all others. */
  callers: (Omit<Caller, 'lastAt'> & { lastAt: string; isNoise?: true })[];
}

/** So many fit into the parameter with room to spare, with words of such a length. */
const mostCallers = 12;
const longestWord = 100;

type Rules = Pick<Blocks['retire'], 'ignoreSources' | 'noiseRequests' | 'hostnames'>;

/** Adds a look to what is known. Whoever came, or still is there, begins the quiet time anew, but for noise. */
export function fold(before: Residue | undefined, look: Look, rules: Rules): Residue {
  const all = look.callers.filter(({ source }) => !rules.ignoreSources.includes(source));
  const noise = new Set(all.filter((one) => isNoise(one, before, rules)));
  const callers = all.filter((one) => !noise.has(one));
  const [requests, connections] = [sum(callers, 'requests'), sum(callers, 'connections')];
  const known = before ? Date.parse(before.quietSince) : look.at;
  const restart = look.countsSince === undefined ? [] : startOf(before, look.countsSince);
  const quietSince = Math.min(
    look.at,
    Math.max(known, ...restart, ...callers.map((one) => one.lastAt ?? 0), ...seenBySum(before, look, callers)),
  );
  const now = all
    .filter((one) => one.requests > 0 || one.connections > 0)
    .map((one) => dated(one, one.connections > 0 ? look.at : (one.lastAt ?? quietSince), noise.has(one)));
  const older = (before?.callers ?? []).filter((one) => !now.some((other) => isSame(one, other)));
  return {
    lookedAt: isoOf(look.at),
    quietSince: isoOf(quietSince),
    requests,
    connections,
    callers: [...now, ...older].toSorted(byWeight).slice(0, mostCallers),
  };
}

const byWeight = (a: Residue['callers'][number], b: Residue['callers'][number]): number =>
  Number(a.isNoise ?? false) - Number(b.isNoise ?? false) || b.lastAt.localeCompare(a.lastAt);

/** A scanner asks for no name of ours, a few times, and goes; who is connected at two looks has not gone. */
function isNoise(one: Caller, before: Residue | undefined, { noiseRequests, hostnames }: Rules): boolean {
  if (one.source === '' || one.requests > noiseRequests || noiseRequests === 0) return false;
  if (hostnames.some((name) => isCalled(one.host, name))) return false;
  const known = before?.callers.find((other) => isSame(one, other));
  return one.connections === 0 || (known?.connections ?? 0) === 0;
}

const isCalled = (host: string, name: string): boolean =>
  name.startsWith('*') ? host.endsWith(name.slice(1).toLowerCase()) : host === name.toLowerCase();

const dated = (
  { source, host, requests, connections }: Caller,
  lastAt: number,
  isOfNoise: boolean,
): Residue['callers'][number] => ({
  source: source.slice(0, longestWord),
  host: host.slice(0, longestWord),
  requests,
  connections,
  lastAt: isoOf(lastAt),
  ...(isOfNoise && { isNoise: true }),
});

/** A process that began to count after the last look may have lost what came in between. */
const startOf = (before: Residue | undefined, countsSince: number): number[] =>
  before && countsSince > Date.parse(before.lookedAt) ? [countsSince] : [];

/** Where nobody says when, a sum that has grown means now; and so does an open connection. */
function seenBySum(before: Residue | undefined, look: Look, callers: readonly Caller[]): number[] {
  if (callers.some(({ connections }) => connections > 0)) return [look.at];
  const isDated = callers.every(({ lastAt, requests }) => lastAt !== undefined || requests === 0);
  if (isDated || !before) return [];
  const grown = sum(callers, 'requests') - before.requests;
  return grown > look.own || grown < 0 ? [look.at] : [];
}

type Window = Pick<Blocks['retire'], 'soakHours' | 'isWeekly'>;
const hourMs = 3_600_000;
const weekHours = 168;

/** How long it must be quiet: the soak time, and a whole week where something may call once a week. */
export const quietMs = ({ soakHours, isWeekly }: Window): number =>
  Math.max(soakHours, isWeekly ? weekHours : 0) * hourMs;

/** How much longer it must be quiet, in milliseconds; 0 when it has been for long enough. */
export const missingMs = ({ lookedAt, quietSince }: Residue, window: Window): number =>
  Math.max(0, quietMs(window) - (Date.parse(lookedAt) - Date.parse(quietSince)));

/** The same in hours, whole seconds of them: plain JSON says it in the unit of the settings. */
export const missingHours = (residue: Residue, window: Window): number =>
  Math.ceil(missingMs(residue, window) / 1000) / 3600;

/** `203.0.113.7 asking for 198.51.100.2, last at …, 3 requests`. */
export const callerText = ({
  source,
  host,
  requests,
  connections,
  lastAt,
  isNoise: isOfNoise,
}: Residue['callers'][number]): string =>
  [
    `${source || 'somebody'}${host ? ` asking for ${host}` : ''}`,
    `last at ${lastAt}`,
    `${requests} requests`,
    ...(connections > 0 ? [`${connections} open connections`] : []),
    ...(isOfNoise ? ['taken for noise'] : []),
  ].join(', ');

const isSame = (a: { source: string; host: string }, b: { source: string; host: string }): boolean =>
  a.source === b.source && a.host === b.host;

const sum = (all: readonly Caller[], what: 'requests' | 'connections'): number =>
  all.reduce((total, one) => total + one[what], 0);

const isoOf = (ms: number): string => new Date(ms).toISOString();
