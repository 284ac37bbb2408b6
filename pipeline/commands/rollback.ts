import { addressOf } from '../core/address.ts';
import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import { chooseRollback, wentBack } from '../core/history.ts';
import { isMoving, observe, type World } from '../core/observe.ts';
import { readWrittenPayload } from '../core/payload.ts';
import { releaseNumber, type Release, type ReleaseName } from '../core/release.ts';
import { step, type Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { checkRelease } from '../stages/fleet/check-release.ts';
import { isThere, rollFleet, takeBack } from '../stages/fleet.ts';
import { verifyRelease } from '../stages/traffic.ts';
import { publicHost, resultOf, type DeployResult } from './deploy.ts';

export interface RollbackOptions {
  /** `v41`; unset: the release that was live before. */
  to?: string;
  wait: boolean;
}

/** Goes back to an earlier release, code and settings together: no build, no bake. A deploy that is rolling is taken back. */
export async function rollback(ctx: Context, target: Target, options: RollbackOptions): Promise<DeployResult> {
  const startedAt = ctx.clock.now();
  const before = await step(ctx, 'look', (inner) => look(inner, target));
  const release = await step(ctx, 'release', (inner) => choose(inner, target, before, options.to));
  await step(ctx, 'fleet', (inner) => goBack(inner, target, { before, release, wait: options.wait }));
  const url = await step(ctx, 'traffic', (inner) => verify(inner, target, { before, release }));
  const action = isThere(before, release) ? 'unchanged' : 'rolled-back';
  return { ...resultOf(release, before, url), action, seconds: Math.round((ctx.clock.now() - startedAt) / 1000) };
}

async function look(ctx: Context, target: Target): Promise<Outcome<World>> {
  const world = await observe(ctx, target);
  return { value: world, detail: world.fleet ? `${world.fleet.live} is live` : 'nothing is deployed' };
}

/**
 * A roll that is under way is what a rollback is about, unless a release is named: one to a newer release is taken back, one
 * to an older release is the rollback of a run that was cut off.
 */
async function choose(ctx: Context, target: Target, before: World, to: string | undefined): Promise<Outcome<Release>> {
  const release = chooseRollback(before, to ?? goalOfRoll(before));
  if (to === undefined && isThere(before, release) && wentBack(before)) {
    ctx.report({
      kind: 'note',
      message: `the fleet went back to ${release.name} already; name a release to go further`,
    });
  }
  await checkRelease(ctx, target, release);
  return { value: release, detail: `${release.name}, ${release.ami}, settings ${release.settingsVersion.slice(0, 8)}` };
}

function goalOfRoll({ fleet, rolls }: World): ReleaseName | undefined {
  const roll = rolls.find((one) => isMoving(one));
  if (!roll || !fleet) return undefined;
  const [to, from] = [releaseNumber(roll.release ?? ''), releaseNumber(fleet.live)];
  return roll.release && to !== undefined && from !== undefined && to < from ? roll.release : fleet.live;
}

async function goBack(
  ctx: Context,
  target: Target,
  move: { before: World; release: Release; wait: boolean },
): Promise<Outcome<{ machines: number }>> {
  const roll = move.before.rolls.find((one) => isMoving(one));
  const isOnItsWayBack = roll?.status === 'RollbackInProgress' || roll?.status === 'Cancelling';
  if (roll && !isOnItsWayBack && roll.release !== move.release.name) await takeBack(ctx, target);
  return rollFleet(ctx, target, move);
}

async function verify(
  ctx: Context,
  target: Target,
  ask: { before: World; release: Release },
): Promise<Outcome<string>> {
  const { balancer } = ask.before;
  if (!balancer)
    throw new DeployError('traffic', 'there is no load balancer', {
      hint: 'run `redeploy deploy`: it makes a new one',
    });
  // With a domain, or without a certificate, nothing of the local settings is needed: at 3 a.m. they may be half-edited.
  const { certificate, domain } = target.balancer;
  const isInRoot = certificate !== undefined && domain === undefined;
  const host = publicHost(target, isInRoot ? (await readWrittenPayload(target)).written : undefined);
  return verifyRelease(ctx, target, { url: addressOf(target, balancer.dnsName), release: ask.release.name, host });
}
