import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  PutScheduledUpdateGroupActionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { DeregisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { launchesOf } from '../../core/launches.ts';
import { namesOf, tagKeys, tagRecord, tagsOf } from '../../core/names.ts';
import { findGroup, observe, targetHealth, type World } from '../../core/observe.ts';
import { findSpares } from '../../core/observe/spares.ts';
import { servingSpares, wantedSpares, whyNoSpares, type Spares, type WantedSpares } from '../../core/spares.ts';
import type { Target } from '../../core/target.ts';
import { eventually, onceKnown, until } from '../../core/wait.ts';

/**
 * Brings the machines in reserve to what there shall be, once the fleet is whole. Says in words what is kept; undefined when
 * nothing is.
 */
export async function settleSpares(ctx: Context, target: Target): Promise<string | undefined> {
  const minutes = target.rollout.keepPreviousMinutes;
  const some = await findSpares(ctx, target, { targetGroup: undefined });
  if (minutes === 0 && some.length === 0) return undefined;
  const world = await observe(ctx, target);
  const wanted = wantedSpares(world, minutes, ctx.clock.now());
  let kept: Spares | undefined;
  for (const spares of await findSpares(ctx, target, world)) {
    const isWanted = spares.release === wanted?.release.name && !whyNoSpares(spares, world, ctx.clock.now());
    if (isWanted && !spares.isLeaving) kept = spares;
    else await removeSpares(ctx, target, world, spares);
  }
  return wanted && (await ensureSpares(ctx, target, wanted, kept));
}

async function ensureSpares(
  ctx: Context,
  target: Target,
  wanted: WantedSpares,
  known: Spares | undefined,
): Promise<string> {
  const { release, count } = wanted;
  const group = namesOf(target).spareGroup(release.name);
  const end = known?.until ?? wanted.until;
  if (!known) await createGroup(ctx, target, wanted);
  // Their end is arranged before the first of them is started: nobody has to come back for it.
  if (known?.desired !== count) {
    await scheduleEnd(ctx, group, end);
    await setSize(ctx, group, count);
  }
  const running = await waitUntilRunning(ctx, target, wanted);
  if (running < count) {
    ctx.report({ kind: 'note', message: `${running} of ${count} machines in reserve run: AWS goes on trying` });
  }
  return `${count} of ${release.name} in reserve until ${end.toISOString()}`;
}

/** A group without machines, and without a target group: only a rollback puts them behind the balancer. */
async function createGroup(ctx: Context, target: Target, { release, count, until: end }: WantedSpares): Promise<void> {
  const names = namesOf(target);
  const name = names.spareGroup(release.name);
  await until(ctx, `removal of ${name}`, { everyMs: 3000, forMs: 600_000 }, async () =>
    (await findGroup(ctx, name))?.Status ? { pending: 'its last machines are ending' } : { done: true },
  );
  const tags = tagsOf(target, 'spare', { [tagKeys.release]: release.name, [tagKeys.until]: end.toISOString() });
  try {
    await ctx.aws.autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        ...launchesOf(target, release, false),
        MinSize: 0,
        MaxSize: count,
        DesiredCapacity: 0,
        VPCZoneIdentifier: (await findGroup(ctx, names.group))?.VPCZoneIdentifier,
        DefaultInstanceWarmup: 0,
        Tags: tags.map(({ Key, Value }) => ({ Key, Value, PropagateAtLaunch: false })),
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'AlreadyExistsFault')) throw error;
    await refuseStranger(ctx, target, name);
  }
}

/** What has this name is given an end: it must be ours. Throws `fleet`. */
async function refuseStranger(ctx: Context, target: Target, name: string): Promise<void> {
  const tags = tagRecord((await eventually(ctx, name, () => findGroup(ctx, name))).Tags);
  const isOurs = tags[tagKeys.environment] === target.environment && tags[tagKeys.role] === 'spare';
  if (isOurs && tags[tagKeys.app] === target.app) return;
  throw new DeployError('fleet', `an Auto Scaling group named ${name} exists and is not for machines in reserve`, {
    hint: 'the release is live; set rollout.keepPreviousMinutes to 0, or rename what has this name',
  });
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html */
async function scheduleEnd(ctx: Context, group: string, end: Date): Promise<void> {
  const request = { AutoScalingGroupName: group, ScheduledActionName: 'end', StartTime: end };
  const nothing = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
  await onceKnown(ctx, `group ${group}`, ['ValidationError'], () =>
    ctx.aws.autoScaling.send(new PutScheduledUpdateGroupActionCommand({ ...request, ...nothing })),
  );
}

async function setSize(ctx: Context, group: string, count: number): Promise<void> {
  const request = { AutoScalingGroupName: group, MaxSize: count, DesiredCapacity: count };
  await ctx.aws.autoScaling.send(new UpdateAutoScalingGroupCommand(request));
}

/** How many run after a while; when there is no capacity for all of them, a deploy has not failed. */
async function waitUntilRunning(ctx: Context, target: Target, { release, count }: WantedSpares): Promise<number> {
  const patienceEnds = ctx.clock.now() + 90_000;
  return await until(ctx, `machines of ${release.name} in reserve`, { everyMs: 3000, forMs: 600_000 }, async () => {
    const all = await findSpares(ctx, target, { targetGroup: undefined });
    const machines = all.find((one) => one.release === release.name)?.machines ?? [];
    const running = machines.filter(({ lifecycle }) => lifecycle === 'InService').length;
    const isOver = running >= count || ctx.clock.now() >= patienceEnds;
    return isOver ? { done: running } : { pending: `${running} of ${count} run` };
  });
}

/** Ends them. Those that serve leave the balancer first, as any machine does: with a drain, and not before it is over. */
export async function removeSpares(ctx: Context, target: Target, world: World, spares: Spares): Promise<void> {
  if (spares.isLeaving) return;
  const serving = servingSpares(spares).map(({ id }) => id);
  if (serving.length > 0) await takeOut(ctx, target, { targetGroup: world.targetGroup ?? '', ids: serving });
  try {
    await ctx.aws.autoScaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: spares.group, ForceDelete: true }),
    );
  } catch (error) {
    // Auto Scaling's word for a group that is gone.
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
}

/**
 * Takes machines that are in no group of the balancer's out of it and waits until it has let go of them. Nothing in their
 * metadata says that they drain, so a tag does (templates/machine/drain.py).
 */
async function takeOut(
  ctx: Context,
  target: Target,
  { targetGroup, ids }: { targetGroup: string; ids: string[] },
): Promise<void> {
  await ctx.aws.ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: tagKeys.drain, Value: 'now' }] }));
  await ctx.aws.elbv2.send(
    new DeregisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: ids.map((Id) => ({ Id })) }),
  );
  const forMs = (target.balancer.deregistrationDelaySeconds + 120) * 1000;
  await until(ctx, 'machines in reserve to hand over', { everyMs: 3000, forMs }, async () => {
    const known = await targetHealth(ctx, targetGroup);
    const left = ids.filter((id) => known.has(id)).length;
    return left > 0 ? { pending: `${left} are draining` } : { done: true };
  });
}
