import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import { namesOf } from '../core/names.ts';
import { findGroup, isMoving, observe, type Roll, type World } from '../core/observe.ts';
import type { Release } from '../core/release.ts';
import type { Outcome } from '../core/report.ts';
import type { Spares } from '../core/spares.ts';
import type { Target } from '../core/target.ts';
import { Undo } from '../core/undo.ts';
import { until, type Probe } from '../core/wait.ts';
import { bridge, findBridge, standDown } from './fleet/bridge.ts';
import { createGroup, removeGroup, updateGroup } from './fleet/group.ts';
import { pinVersion, restoreTypes } from './fleet/pin.ts';
import { rollBackRefresh, startRefresh } from './fleet/refresh.ts';
import { settleSpares } from './fleet/spares.ts';
import { allHealthy, followRoll, pollMs, waitUntilHealthy, waitUntilStill } from './fleet/watch.ts';
import type { Foundation } from './foundation.ts';

export interface Move {
  release: Release;
  /** Whether to wait for another deploy's roll, or to stop with `busy`. */
  wait: boolean;
  /** The public name, when there is a certificate for it. */
  host?: string | undefined;
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

/**
 * Moves an existing fleet, and settles what machines stay in reserve. Throws `release` as `moveFleet` does, `busy` when it is
 * not our turn and we do not wait.
 */
export async function rollFleet(ctx: Context, target: Target, move: Move): Promise<Outcome<{ machines: number }>> {
  await waitForTurn(ctx, target, move);
  await pinVersion(ctx, target);
  const world = await observe(ctx, target);
  const outcome = isThere(world, move.release)
    ? await stay(ctx, target, move, world)
    : await rollOverBridge(ctx, target, move, world);
  const reserve = await settleSpares(ctx, target);
  return reserve === undefined ? outcome : { ...outcome, detail: `${outcome.detail}, ${reserve}` };
}

async function stay(ctx: Context, target: Target, move: Move, world: World): Promise<Outcome<{ machines: number }>> {
  await restoreTypes(ctx, target, move.release);
  return { ...(await waitUntilHealthy(ctx, target, watchedOf(move))), reused: 'done' in allHealthy(world) };
}

/** With machines of the release in reserve, these serve until the roll has brought new ones. */
async function rollOverBridge(
  ctx: Context,
  target: Target,
  move: Move,
  world: World,
): Promise<Outcome<{ machines: number }>> {
  const { name } = move.release;
  const spares = await findBridge(ctx, target, world, name);
  if (!spares) return await roll(ctx, target, { ...move, world });
  await using undo = new Undo(ctx);
  undo.on(`taking the machines of ${name} in reserve out of the balancer`, (calm) => standDown(calm, target, name));
  const outcome = await roll(ctx, target, { ...move, world, spares });
  undo.keep();
  return outcome;
}

async function roll(
  ctx: Context,
  target: Target,
  move: Move & { world: World; spares?: Spares },
): Promise<Outcome<{ machines: number }>> {
  await using undo = new Undo(ctx);
  undo.onInterrupt(`taking back the roll to ${move.release.name}`, (calm) => takeBackOurs(calm, target, move));
  const id = await beginRoll(ctx, target, move);
  if (move.spares) await bridge(ctx, target, move.spares);
  return await followRoll(ctx, target, { ...watchedOf(move), id });
}

/** After Ctrl-C: the roll to our release and no other; it may have ended at this moment. */
async function takeBackOurs(ctx: Context, target: Target, move: Move): Promise<void> {
  const roll = await findRoll(ctx, target);
  if (roll && isOurs(roll, move)) await takeBack(ctx, target);
}

const watchedOf = ({ release, host }: Move) => ({ release: release.name, host });

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
  const outcome = await waitUntilHealthy(ctx, target, watchedOf(move));
  undo.keep();
  return outcome;
}

/**
 * Waits until no other deploy rolls, and for a group that can be changed. Throws `busy` when another rolls and we do not wait.
 */
async function waitForTurn(ctx: Context, target: Target, move: Move): Promise<void> {
  await until(ctx, 'the other deploy', turnLimits(target), async () => {
    const roll = await findRoll(ctx, target);
    return roll && !isOurs(roll, move) ? pendingFor(roll, move) : { done: true };
  });
}

/** Starts our roll, or takes up one that an interrupted run of ours started; its id. Throws `busy` as `waitForTurn` does. */
async function beginRoll(ctx: Context, target: Target, move: Move & { world: World }): Promise<string> {
  const { desired = 0, live = move.release.name, isMixed = false } = move.world.fleet ?? {};
  return await until(ctx, 'the other deploy', turnLimits(target), async () => {
    const roll = await findRoll(ctx, target);
    if (roll) return isOurs(roll, move) ? { done: roll.id } : pendingFor(roll, move);
    const id = await startRefresh(ctx, target, move.release, { desired, live, isMixed });
    return id === undefined ? { pending: 'another roll has begun at this moment' } : { done: id };
  });
}

const turnLimits = ({ rollout }: Target) => ({ everyMs: pollMs, forMs: rollout.timeoutSeconds * 1000 });

const findRoll = async (ctx: Context, target: Target): Promise<Roll | undefined> =>
  (await observe(ctx, target)).rolls.find((one) => isMoving(one));

/** A roll to this very release is ours to follow, unless it is on its way back. */
export const isOurs = (roll: Roll, { release }: { release: Pick<Release, 'name'> }): boolean =>
  roll.release === release.name && roll.status !== 'RollbackInProgress' && roll.status !== 'Cancelling';

function pendingFor(roll: Roll, move: Move): Probe<never> {
  const who = `${roll.release ?? 'another release'} is being rolled since ${roll.startedAt?.toISOString() ?? 'just now'} (${roll.status})`;
  if (move.wait) return { pending: who };
  throw new DeployError('busy', who, {
    hint: 'wait for it (leave out --no-wait), or take it back with `redeploy rollback`',
  });
}
