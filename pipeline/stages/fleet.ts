import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import { namesOf } from '../core/names.ts';
import { findGroup, isMoving, observe, type Roll, type World } from '../core/observe.ts';
import type { Release } from '../core/release.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { Undo } from '../core/undo.ts';
import { until, type Probe } from '../core/wait.ts';
import { lastAppLines } from './fleet/app-logs.ts';
import { createGroup, removeGroup, updateGroup } from './fleet/group.ts';
import { addSighting, judge, type Sightings } from './fleet/judge.ts';
import { rollBackRefresh, startRefresh } from './fleet/refresh.ts';
import type { Foundation } from './foundation.ts';

const pollMs = 3000;

export interface Move {
  release: Release;
  /** Whether to wait for another deploy's roll, or to stop with `busy`. */
  wait: boolean;
}

/**
 * Moves the fleet to a release and returns when all its machines serve it: creates the group the first time, rolls it
 * afterwards. A release that is plainly bad is taken back; then, and when AWS gives up, it throws `release`.
 */
export async function moveFleet(
  ctx: Context,
  target: Target,
  move: Move & { foundation: Foundation },
): Promise<Outcome<{ machines: number }>> {
  const group = await findGroup(ctx, namesOf(target).group);
  // A group that an undo was removing when it was cut off: let it go, then begin anew.
  if (group?.Status) await removeGroup(ctx, target);
  if (!group || group.Status) return createFleet(ctx, target, move);
  await waitForTurn(ctx, target, move);
  await updateGroup(ctx, target, group, move.foundation);
  return rollFleet(ctx, target, move);
}

/** Moves an existing fleet. Throws `release` as `moveFleet` does, `busy` when it is not our turn and we do not wait. */
export async function rollFleet(ctx: Context, target: Target, move: Move): Promise<Outcome<{ machines: number }>> {
  await waitForTurn(ctx, target, move);
  const world = await observe(ctx, target);
  if (isThere(world, move.release)) {
    const isReused = 'done' in allHealthy(world);
    return { ...(await waitUntilHealthy(ctx, target, move.release)), reused: isReused };
  }
  const desired = world.fleet?.desired ?? 0;
  while ((await startRefresh(ctx, target, move.release, desired)) === 'busy') await waitForTurn(ctx, target, move);
  return watchRoll(ctx, target, move.release);
}

/** Takes the roll that is under way back and waits until the fleet is still. */
export async function takeBack(ctx: Context, target: Target): Promise<void> {
  await rollBackRefresh(ctx, target);
  await waitUntilStill(ctx, target);
}

/** Nothing to move: the release is the saved one, every machine runs it, nothing else is on its way. */
export const isThere = (world: World, release: Pick<Release, 'name'>): boolean =>
  world.fleet?.live === release.name &&
  !world.rolls.some((roll) => isMoving(roll)) &&
  world.fleet.machines.every((machine) => machine.release === release.name);

/** A first deploy that fails leaves no group behind: it would try, and be billed, for ever. */
async function createFleet(
  ctx: Context,
  target: Target,
  move: Move & { foundation: Foundation },
): Promise<Outcome<{ machines: number }>> {
  await using undo = new Undo(ctx);
  undo.on(`removing the group ${namesOf(target).group}`, (calm) => removeGroup(calm, target));
  await createGroup(ctx, target, move.release, move.foundation);
  const outcome = await waitUntilHealthy(ctx, target, move.release);
  undo.keep();
  return outcome;
}

async function waitUntilHealthy(
  ctx: Context,
  target: Target,
  release: Release,
): Promise<Outcome<{ machines: number }>> {
  let seen: Sightings = new Map();
  const limits = { everyMs: pollMs, forMs: target.rollout.timeoutSeconds * 1000 };
  const machines = await until(ctx, `machines of ${release.name}`, limits, async () => {
    const world = await observe(ctx, target);
    seen = addSighting(seen, world.fleet?.machines ?? [], release.name, ctx.clock.now());
    const answer = allHealthy(world);
    if ('pending' in answer) await throwIfBad(ctx, target, release, seen);
    return answer;
  });
  return { value: { machines }, detail: machinesText(machines) };
}

function allHealthy({ fleet }: World): Probe<number> {
  const healthy = (fleet?.machines ?? []).filter(
    (machine) => machine.lifecycle === 'InService' && machine.health === 'healthy',
  );
  const desired = fleet?.desired ?? 0;
  return fleet && healthy.length >= desired
    ? { done: desired }
    : { pending: `${healthy.length} of ${desired} healthy` };
}

/** Waits until no other deploy rolls; a roll to this very release is ours to watch. Throws `busy` with `wait: false`. */
async function waitForTurn(ctx: Context, target: Target, move: Move): Promise<void> {
  const limits = { everyMs: pollMs, forMs: target.rollout.timeoutSeconds * 1000 };
  await until(ctx, 'the other deploy', limits, async () => {
    const roll = (await observe(ctx, target)).rolls.find((one) => isMoving(one));
    if (!roll || roll.release === move.release.name) return { done: true };
    const who = `${roll.release ?? 'another release'} is being rolled since ${roll.startedAt?.toISOString() ?? 'just now'} (${roll.status})`;
    if (move.wait) return { pending: who };
    throw new DeployError('busy', who, {
      hint: 'wait for it (leave out --no-wait), or take it back with `redeploy rollback`',
    });
  });
}

/** Follows the newest roll to its end. */
async function watchRoll(ctx: Context, target: Target, release: Release): Promise<Outcome<{ machines: number }>> {
  let seen: Sightings = new Map();
  const limits = { everyMs: pollMs, forMs: target.rollout.timeoutSeconds * 1000 };
  const world = await until(ctx, `roll to ${release.name}`, limits, async () => {
    const now = await observe(ctx, target);
    const roll = now.rolls[0];
    seen = addSighting(seen, now.fleet?.machines ?? [], release.name, ctx.clock.now());
    if (roll?.status === 'Successful') return { done: now };
    if (roll && !isMoving(roll)) return await failRoll(ctx, target, release, roll);
    if (roll?.status !== 'RollbackInProgress') await throwIfBad(ctx, target, release, seen);
    return { pending: progressOf(roll, now, release) };
  });
  const machines = world.fleet?.machines.length ?? 0;
  return { value: { machines }, detail: machinesText(machines) };
}

function progressOf(roll: Roll | undefined, world: World, release: Release): string {
  const fresh = (world.fleet?.machines ?? []).filter((machine) => machine.release === release.name);
  const healthy = fresh.filter((machine) => machine.health === 'healthy').length;
  return `${roll?.status ?? 'not begun'}, ${roll?.percent ?? 0} %: ${healthy} of ${world.fleet?.desired ?? 0} new machines healthy`;
}

/** Our own patience is minutes, AWS's an hour: takes the roll back and says why, in the app's own words. */
async function throwIfBad(ctx: Context, target: Target, release: Release, seen: Sightings): Promise<void> {
  const bad = judge(seen, ctx.clock.now(), target.health.startSeconds * 1000);
  if (!bad) return;
  const lines = await lastAppLines(ctx, target, { release: release.name, machine: bad.id });
  if (await rollBackRefresh(ctx, target)) await waitUntilStill(ctx, target);
  throw new DeployError(
    'release',
    `${release.name} is bad: ${bad.id} was not healthy within ${target.health.startSeconds} s (${bad.reason})`,
    {
      lines,
      hint: 'the previous release serves; these are the last lines of the new one. A slow starter needs a larger health.startSeconds',
    },
  );
}

async function waitUntilStill(ctx: Context, target: Target): Promise<void> {
  await until(
    ctx,
    'return to the previous release',
    { everyMs: pollMs, forMs: target.rollout.timeoutSeconds * 1000 },
    async () => {
      const roll = (await observe(ctx, target)).rolls[0];
      return roll && isMoving(roll) ? { pending: `${roll.status}, ${roll.percent} %` } : { done: true };
    },
  );
}

async function failRoll(ctx: Context, target: Target, release: Release, roll: Roll): Promise<never> {
  const lines = await lastAppLines(ctx, target, { release: release.name, machine: undefined });
  throw new DeployError(
    'release',
    `the roll to ${release.name} ended as ${roll.status}: ${roll.reason ?? 'AWS gives no reason'}`,
    {
      lines,
      hint:
        roll.status === 'RollbackSuccessful'
          ? 'the previous release serves'
          : 'run `redeploy status`, then deploy or roll back again',
    },
  );
}

const machinesText = (count: number): string => `${count} ${count === 1 ? 'machine' : 'machines'}`;
