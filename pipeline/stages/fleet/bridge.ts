import { TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type RegisterTargetsCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../core/context.ts';
import { durationText } from '../../core/duration.ts';
import { isAwsError } from '../../core/errors.ts';
import { isMoving, observe, targetHealth, type World } from '../../core/observe.ts';
import { findSpares } from '../../core/observe/spares.ts';
import type { ReleaseName } from '../../core/release.ts';
import { servingSpares, type Spares } from '../../core/spares.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { removeSpares } from './spares.ts';
import { allHealthy } from './watch.ts';

/** The machines in reserve that run this release, when they are as many as there shall be. */
export async function findBridge(
  ctx: Context,
  target: Target,
  world: World,
  release: ReleaseName,
): Promise<Spares | undefined> {
  const all = await findSpares(ctx, target, { targetGroup: undefined });
  const spares = all.find((one) => one.release === release && !one.isLeaving);
  const wanted = world.fleet?.desired ?? 0;
  if (!spares || wanted === 0) return undefined;
  if (readyIds(spares).length >= wanted) return spares;
  const message = `${readyIds(spares).length} machines of ${release} are in reserve and ${wanted} are needed: new ones are started`;
  ctx.report({ kind: 'note', message });
  return undefined;
}

const readyIds = ({ machines }: Spares): string[] =>
  machines.filter(({ lifecycle }) => lifecycle === 'InService').map(({ id }) => id);

/**
 * While a roll is under way: puts the machines in reserve behind the balancer and, once it holds them for healthy, ends those
 * of any other release. From then on the release serves alone; the roll brings its own machines meanwhile. Whatever breaks
 * off in here, AWS ends the roll by itself, and no machine of the group is ever in service without the balancer's knowing it.
 */
export async function bridge(ctx: Context, target: Target, spares: Spares): Promise<void> {
  const startedAt = ctx.clock.now();
  const ids = readyIds(spares);
  const { targetGroup = '' } = await observe(ctx, target);
  const targets = { TargetGroupArn: targetGroup, Targets: ids.map((Id) => ({ Id })) };
  if (!(await register(ctx, targets))) return tellUnfit(ctx, spares);
  if (!(await areHealthy(ctx, targetGroup, ids))) {
    await ctx.aws.elbv2.send(new DeregisterTargetsCommand(targets));
    return tellUnfit(ctx, spares);
  }
  const isAlone = await endOthers(ctx, target, spares.release, targetGroup);
  const took = durationText(ctx.clock.now() - startedAt);
  const how = `${isAlone ? 'serves alone' : 'serves, too,'} after ${took}, from the machines in reserve`;
  ctx.report({ kind: 'note', message: `${spares.release} ${how}; new ones take over` });
}

/** False when one of them ended at this moment. */
async function register(ctx: Context, targets: RegisterTargetsCommandInput): Promise<boolean> {
  try {
    await ctx.aws.elbv2.send(new RegisterTargetsCommand(targets));
    return true;
  } catch (error) {
    if (isAwsError(error, 'InvalidTargetException')) return false;
    throw error;
  }
}

const tellUnfit = (ctx: Context, { release }: Spares): void =>
  ctx.report({ kind: 'note', message: `the machines of ${release} in reserve cannot serve: new ones are started` });

/** A new target needs one good check (target-group-health-checks.html), every 5 s; more than a few make it slower than a start. */
const patienceMs = 60_000;

async function areHealthy(ctx: Context, targetGroup: string, ids: string[]): Promise<boolean> {
  const endsAt = ctx.clock.now() + patienceMs;
  return await until(ctx, 'machines in reserve', { everyMs: 1000, forMs: 2 * patienceMs }, async () => {
    const known = await targetHealth(ctx, targetGroup);
    const healthy = ids.filter((id) => known.get(id)?.state === 'healthy').length;
    if (healthy === ids.length) return { done: true };
    return ctx.clock.now() >= endsAt ? { done: false } : { pending: `${healthy} of ${ids.length} healthy` };
  });
}

/**
 * First the group gives them up for good, then the balancer hears of it: the other way round, a machine could stay in service
 * that nobody sends anything to. The group starts others in their place, of the release that the roll is to. Whether none is left.
 */
async function endOthers(ctx: Context, target: Target, release: ReleaseName, targetGroup: string): Promise<boolean> {
  const { fleet } = await observe(ctx, target);
  const others = (fleet?.machines ?? []).filter(
    (one) => one.release !== release && !one.lifecycle.startsWith('Terminat'),
  );
  const ended: { Id: string }[] = [];
  for (const { id } of others) if (await endOne(ctx, id)) ended.push({ Id: id });
  if (ended.length > 0) {
    await ctx.aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: ended }));
  }
  return ended.length === others.length;
}

/** False when it was gone, or when the group is busy with it: then the roll ends it in its own time. */
async function endOne(ctx: Context, id: string): Promise<boolean> {
  const request = { InstanceId: id, ShouldDecrementDesiredCapacity: false };
  try {
    await ctx.aws.autoScaling.send(new TerminateInstanceInAutoScalingGroupCommand(request));
    return true;
  } catch (error) {
    if (isAwsError(error, 'ValidationError', 'ScalingActivityInProgressFault', 'ResourceContentionFault')) return false;
    throw error;
  }
}

/** After a roll that failed: the machines in reserve stop serving as soon as the group serves without them. */
export async function standDown(ctx: Context, target: Target, release: ReleaseName): Promise<void> {
  const world = await observe(ctx, target);
  const all = await findSpares(ctx, target, world);
  const spares = all.find((one) => one.release === release && servingSpares(one).length > 0);
  if (!spares) return;
  if ('done' in allHealthy(world) && !world.rolls.some((roll) => isMoving(roll))) {
    await removeSpares(ctx, target, world, spares);
  } else {
    ctx.report({ kind: 'note', message: `machines of ${release} in reserve still serve: run \`redeploy repair\`` });
  }
}
