import type { DdpClients, Stay } from './ddp-clients.ts';
import type { Move } from './moves.ts';
import type { Visit } from './visitors.ts';

/** Everything that was seen, with the clock of this computer. */
export interface Seen {
  visits: readonly Visit[];
  stays: readonly Stay[];
  refusals: DdpClients['refusals'];
  /** When each machine began to be taken out. */
  drains: ReadonlyMap<string, number>;
  moves: readonly Move[];
}

/** What the bench prints. */
export function figuresOf(seen: Seen) {
  const { visits, stays, refusals, moves } = seen;
  const took = visits.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const away = absences(seen).toSorted((a, b) => a - b);
  const drains = evenness(seen);
  return {
    requests: {
      all: visits.length,
      fresh: visits.filter(({ isFresh }) => isFresh).length,
      failed: visits.filter(({ failure }) => failure !== undefined).length,
      failures: countBy(visits.flatMap(({ failure }) => failure ?? [])),
      byNeitherRelease: visits.filter((visit) => isStray(visit, moves)).length,
      byRelease: countBy(visits.flatMap(({ release }) => release ?? [])),
      milliseconds: { median: at(took, 0.5), p99: at(took, 0.99), most: at(took, 1) },
    },
    sockets: {
      clients: new Set(stays.map(({ client }) => client)).size,
      sockjs: new Set(stays.filter(({ kind }) => kind === 'sockjs').map(({ client }) => client)).size,
      moved: away.length,
      refused: refusals.length,
      closedBeforeDrain: stays.filter((stay) => isEarly(stay, seen.drains)).length,
      codes: countBy(stays.flatMap(({ code, untilMs }) => (untilMs === undefined ? [] : String(code)))),
      drains,
      backAfterMs: { median: at(away, 0.5), p99: at(away, 0.99), most: at(away, 1) },
    },
    moves: moves.map(({ what, from, to, startedAt, endedAt }) => ({
      what,
      from,
      to,
      seconds: Math.round((endedAt - startedAt) / 1000),
    })),
  };
}

export type Figures = ReturnType<typeof figuresOf>;

/** What is promised and was not kept; empty when all is well. */
export function broken({ requests, sockets }: Figures, promised: { requests: number; sockets: number }): string[] {
  const promises: [boolean, string][] = [
    [requests.all >= promised.requests, `${requests.all} requests are too few to say anything`],
    [requests.failed === 0, `${requests.failed} requests failed: ${JSON.stringify(requests.failures)}`],
    [requests.byNeitherRelease === 0, `${requests.byNeitherRelease} requests were answered by neither release`],
    [sockets.clients === promised.sockets, `${sockets.clients} of ${promised.sockets} clients ever got through`],
    [sockets.closedBeforeDrain === 0, `${sockets.closedBeforeDrain} sockets were closed before their machine drained`],
    [sockets.drains.every(({ isEven }) => isEven), 'sockets were not closed evenly'],
    [sockets.backAfterMs.most <= 5000, `a client was away for ${sockets.backAfterMs.most} ms`],
  ];
  return promises.flatMap(([isKept, reason]) => (isKept ? [] : [reason]));
}

/** While the fleet moves, both may answer; before and after, the one that is live. */
function isStray({ atMs, tookMs, release, failure }: Visit, moves: readonly Move[]): boolean {
  if (failure !== undefined) return false;
  const now = moves.find((move) => atMs <= move.endedAt && atMs + tookMs >= move.startedAt);
  const before = moves.findLast((move) => move.endedAt < atMs);
  const allowed = now ? [now.from, now.to] : [before?.to ?? moves[0]?.from];
  return !allowed.includes(release);
}

/** Drains are noted by the clock of the same computer. */
const isEarly = ({ machine, untilMs }: Stay, drains: ReadonlyMap<string, number>): boolean =>
  untilMs !== undefined && untilMs < (drains.get(machine) ?? Infinity);

/** How long each client that was moved was away, until it stood on a machine that nobody was taking out. */
export function absences({ stays, drains }: Seen): number[] {
  const away: number[] = [];
  for (const client of new Set(stays.map((stay) => stay.client))) {
    let lostAt: number | undefined;
    for (const stay of stays.filter((one) => one.client === client)) {
      const isSafe = stay.fromMs < (drains.get(stay.machine) ?? Infinity);
      if (lostAt !== undefined && isSafe) {
        away.push(stay.fromMs - lostAt);
        lostAt = undefined;
      }
      lostAt ??= stay.untilMs;
    }
    if (lostAt !== undefined) away.push(Infinity);
  }
  return away;
}

/** Sockets closed in each second of each machine's drain. Of few, two may fall into one second. */
function evenness({ stays, drains }: Seen) {
  return [...drains].flatMap(([machine]) => {
    const closed = stays.flatMap((stay) => (stay.machine === machine ? (stay.untilMs ?? []) : []));
    if (closed.length === 0) return [];
    const from = Math.min(...closed);
    const seconds = Math.max(1, Math.ceil((Math.max(...closed) - from + 1) / 1000));
    const counts = Array.from({ length: seconds }, () => 0);
    for (const one of closed) {
      const second = Math.floor((one - from) / 1000);
      counts[second] = (counts[second] ?? 0) + 1;
    }
    const mean = closed.length / seconds;
    const most = Math.max(...counts);
    return [
      { machine, sockets: closed.length, seconds, mean: round(mean), most, isEven: most <= Math.max(2, 2 * mean) },
    ];
  });
}

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

const round = (value: number): number => Math.round(value * 10) / 10;
const at = (sorted: readonly number[], share: number): number =>
  round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
