import type { Machine } from '../../core/observe.ts';
import type { ReleaseName } from '../../core/release.ts';

/** One look at the fleet. Times are by our own clock alone: a laptop's may be minutes away from AWS's. */
export interface Look {
  nowMs: number;
  machines: readonly Machine[];
  /** What machines said of themselves in the logs, by id. */
  said: ReadonlyMap<string, Said>;
  /** Health answers through the balancer: which machine said that it runs which release. */
  answers: readonly { machine: string; release: string }[];
}

export interface Said {
  /** How often the app was started since the machine came up. */
  starts: number;
  /** Why the last start got no settings. */
  settingsError: string | undefined;
}

/** What is known of a machine of the release since the watch began. */
interface Sighting {
  firstSeenMs: number;
  wasHealthy: boolean;
  /** In service or on the way there, as of the last look. */
  isHere: boolean;
  /** Since when it answers the health check with errors. */
  erringSinceMs: number | undefined;
  /** In the balancer's words. */
  reason: string;
  restarts: number;
  /** Starts before the watch began: a machine that served for months may have restarted now and then. */
  startsBefore: number;
  settingsError: string | undefined;
  answeredAs: string | undefined;
}

/** By id. Machines that are gone stay. */
export type Sightings = ReadonlyMap<string, Sighting>;

/** How patient the watch is; `health` of the settings. */
export interface Limits {
  startSeconds: number;
  errorSeconds: number;
  restarts: number;
}

export interface Verdict {
  /** The machine that gave it away. */
  id: string;
  reason: string;
}

/** Adds one look. Pure. */
export function addLook(before: Sightings, look: Look, release: ReleaseName): Sightings {
  const after = new Map([...before].map(([id, known]) => [id, { ...known, isHere: false }]));
  for (const machine of look.machines.filter((one) => one.release === release)) {
    after.set(machine.id, sightingOf(before.get(machine.id), machine, look));
  }
  return after;
}

function sightingOf(before: Sighting | undefined, machine: Machine, { nowMs, said, answers }: Look): Sighting {
  const words = said.get(machine.id);
  const known = before ?? firstSighting(nowMs, words);
  const answer = answers.find((one) => one.machine === machine.id);
  return {
    ...known,
    wasHealthy: known.wasHealthy || machine.health === 'healthy',
    isHere: machine.lifecycle === 'InService' || machine.lifecycle.startsWith('Pending'),
    erringSinceMs: answersErrors(machine) ? (known.erringSinceMs ?? nowMs) : undefined,
    reason: machine.healthReason ?? machine.lifecycle,
    answeredAs: answer?.release ?? known.answeredAs,
    ...(words && {
      restarts: Math.max(known.restarts, words.starts - Math.max(1, known.startsBefore)),
      settingsError: words.settingsError,
    }),
  };
}

const firstSighting = (nowMs: number, words: Said | undefined): Sighting => ({
  firstSeenMs: nowMs,
  wasHealthy: false,
  isHere: true,
  erringSinceMs: undefined,
  reason: '',
  restarts: 0,
  startsBefore: words?.starts ?? 0,
  settingsError: undefined,
  answeredAs: undefined,
});

/** The status is in the description alone. 503 is how a server says that it is still starting. */
function answersErrors({ health, healthReason = '' }: Machine): boolean {
  const status = Number(/\[(\d{3})\]/.exec(healthReason)?.[1] ?? 0);
  return health !== 'healthy' && status >= 500 && status !== 503;
}

/**
 * Whether a release is plainly bad; undefined while nothing speaks against it. Instance refresh alone would try for an hour
 * (autoscaling/ec2/userguide/instance-refresh-overview.html).
 */
export function judge(seen: Sightings, nowMs: number, release: ReleaseName, limits: Limits): Verdict | undefined {
  for (const [id, sighting] of seen) {
    const reason = sighting.isHere ? whyBad(sighting, nowMs, release, limits) : undefined;
    if (reason !== undefined) return { id, reason: `${id} ${reason}` };
  }
  return judgeLate(seen, nowMs, limits) ?? judgeLost(seen);
}

function whyBad(seen: Sighting, nowMs: number, release: ReleaseName, limits: Limits): string | undefined {
  const { answeredAs, restarts, settingsError, erringSinceMs } = seen;
  if (answeredAs !== undefined && answeredAs !== release) return `answers as ${answeredAs}`;
  if (restarts >= limits.restarts) {
    return settingsError === undefined
      ? `started the app ${restarts + 1} times, and it ended each time`
      : `cannot fetch its settings: ${settingsError}`;
  }
  if (erringSinceMs === undefined || nowMs - erringSinceMs < limits.errorSeconds * 1000) return undefined;
  return `answers the health check with errors for ${limits.errorSeconds} s (${seen.reason})`;
}

/** Where others of the release serve, one machine that does not come up is the machine's fault: its group replaces it. */
function judgeLate(seen: Sightings, nowMs: number, { startSeconds }: Limits): Verdict | undefined {
  const never = [...seen].filter(([, { wasHealthy }]) => !wasHealthy);
  const late = never.find(([, { isHere, firstSeenMs }]) => isHere && nowMs - firstSeenMs > startSeconds * 1000);
  if (!late) return undefined;
  const [id, { settingsError, reason }] = late;
  const others = never.filter(([, one]) => !one.isHere || nowMs - one.firstSeenMs > startSeconds * 1000);
  if (never.length < seen.size && others.length < 2) return undefined;
  const why = settingsError === undefined ? reason : `cannot fetch its settings: ${settingsError}`;
  return { id, reason: `${id} was not healthy within ${startSeconds} s (${why})` };
}

/** One machine may die of bad luck, and two; the third one that never became healthy did not. */
const mostLost = 2;

function judgeLost(seen: Sightings): Verdict | undefined {
  const lost = [...seen].filter(([, { isHere, wasHealthy }]) => !isHere && !wasHealthy).map(([id]) => id);
  const last = lost.at(-1);
  if (last === undefined || lost.length <= mostLost) return undefined;
  return { id: last, reason: `${lost.length} machines ended before they were healthy, the last of them ${last}` };
}
