import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { isMoving, observe, type Roll, type World } from '../../core/observe.ts';
import type { ReleaseName } from '../../core/release.ts';
import type { Outcome } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';
import { until, type Probe } from '../../core/wait.ts';
import { lastAppLines } from './app-logs.ts';
import { tellLeaving } from './hand-over.ts';
import { addLook, judge, type Sightings } from './judge.ts';
import { lookAt, type Watched } from './look.ts';
import { rollBackRefresh } from './refresh.ts';

/** Between two looks. The Auto Scaling API has about 5 calls a second for the whole account and region. */
export const pollMs = 3000;

/** Waits until as many machines are healthy as there shall be. Throws `release` when it is plainly bad. */
export async function waitUntilHealthy(
  ctx: Context,
  target: Target,
  watched: Watched,
): Promise<Outcome<{ machines: number }>> {
  const watch = openWatch(ctx, target, watched);
  let world: World | undefined;
  const machines = await until(ctx, `machines of ${watched.release}`, limits(target), async () => {
    world = await observe(ctx, target, world);
    const answer = allHealthy(world);
    if ('pending' in answer) await watch(world);
    return answer;
  });
  return { value: { machines }, detail: machinesText(machines) };
}

/** Whether every machine that there shall be is in service and healthy. */
export function allHealthy({ fleet }: World): Probe<number> {
  const healthy = (fleet?.machines ?? []).filter(
    (machine) => machine.lifecycle === 'InService' && machine.health === 'healthy',
  );
  const desired = fleet?.desired ?? 0;
  return fleet && healthy.length >= desired
    ? { done: desired }
    : { pending: `${healthy.length} of ${desired} healthy` };
}

/**
 * Follows the roll `id` to its end: all ten statuses of API_InstanceRefresh.html. Takes a release that is plainly bad back.
 * Throws `release` when the roll does not end well.
 */
export async function followRoll(
  ctx: Context,
  target: Target,
  watched: Watched & { id: string },
): Promise<Outcome<{ machines: number }>> {
  const watch = openWatch(ctx, target, watched);
  let told: ReadonlySet<string> = new Set();
  let before: World | undefined;
  const world = await until(ctx, `roll to ${watched.release}`, limits(target), async () => {
    const now = await observe(ctx, target, before);
    before = now;
    told = await tellLeaving(ctx, now, told);
    // What was just started may not show yet.
    const roll = now.rolls.find((one) => one.id === watched.id);
    if (roll?.status === 'Successful') return { done: now };
    if (roll && !isMoving(roll)) return await failRoll(ctx, target, watched, roll);
    if (!isReturning(roll)) await watch(now);
    return { pending: progressOf(roll, now, watched) };
  });
  const machines = world.fleet?.machines.length ?? 0;
  return { value: { machines }, detail: machinesText(machines) };
}

const isReturning = (roll: Roll | undefined): boolean =>
  roll?.status === 'RollbackInProgress' || roll?.status === 'Cancelling';

/** Waits until no roll moves machines any more. */
export async function waitUntilStill(ctx: Context, target: Target): Promise<void> {
  let world: World | undefined;
  await until(ctx, 'return to the previous release', limits(target), async () => {
    world = await observe(ctx, target, world);
    const roll = world.rolls.find((one) => isMoving(one));
    return roll ? { pending: `${roll.status}, ${roll.percent} %` } : { done: true };
  });
}

/** Pauses that were asked for are on top of the patience that the settings name. */
function limits({ rollout }: Target): { everyMs: number; forMs: number } {
  const { timeoutSeconds, bakeSeconds, checkpoints, checkpointDelaySeconds } = rollout;
  return {
    everyMs: pollMs,
    forMs: (timeoutSeconds + bakeSeconds + checkpoints.length * checkpointDelaySeconds) * 1000,
  };
}

/** Remembers look after look; each call judges, and throws when the release is bad. */
function openWatch(ctx: Context, target: Target, watched: Watched): (world: World) => Promise<void> {
  let seen: Sightings = new Map();
  return async (world) => {
    const look = await lookAt(ctx, target, world, watched);
    seen = addLook(seen, look, watched.release);
    const verdict = judge(seen, look.nowMs, watched.release, target.health);
    if (!verdict) return;
    // First the act, then the words: every second costs visitors.
    const isRollingBack = await rollBackRefresh(ctx, target);
    const lines = await lastAppLines(ctx, target, { release: watched.release, machine: verdict.id });
    if (isRollingBack) await waitUntilStill(ctx, target);
    throw new DeployError('release', `${watched.release} is bad: ${verdict.reason}`, {
      lines,
      hint: `${isRollingBack ? 'the previous release serves; ' : ''}${badHint(target, watched.release)}`,
    });
  };
}

const badHint = ({ environment }: Target, release: ReleaseName): string =>
  `these are the last lines of ${release}, \`redeploy logs ${release} -e ${environment}\` shows more. A slow starter needs a larger health.startSeconds`;

function progressOf(roll: Roll | undefined, world: World, { release }: Watched): string {
  const fresh = (world.fleet?.machines ?? []).filter((machine) => machine.release === release);
  const healthy = fresh.filter((machine) => machine.health === 'healthy').length;
  return `${roll?.status ?? 'not begun'}, ${roll?.percent ?? 0} %: ${healthy} of ${world.fleet?.desired ?? 0} new machines healthy`;
}

async function failRoll(ctx: Context, target: Target, { release }: Watched, roll: Roll): Promise<never> {
  const lines = await lastAppLines(ctx, target, { release, machine: undefined });
  const reason = roll.reason ?? 'AWS gives no reason';
  throw new DeployError('release', `the roll to ${release} ended as ${roll.status}: ${reason}`, {
    lines,
    hint: endHints[roll.status] ?? endHints['Failed'] ?? '',
  });
}

const endHints: Record<string, string> = {
  RollbackSuccessful: 'the previous release serves',
  RollbackFailed:
    'neither release could be brought to all machines: run `redeploy status`, then `redeploy rollback` to a release that works',
  Cancelled: 'old and new machines serve together: deploy or roll back again, which makes them one release',
  Failed: 'old and new machines may serve together: deploy or roll back again, which makes them one release',
};

const machinesText = (count: number): string => `${count} ${count === 1 ? 'machine' : 'machines'}`;
