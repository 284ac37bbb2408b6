import {
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { changesOf, creation, differences, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { launchesOf, typesText } from '../../core/launches.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import { findGroup } from '../../core/observe.ts';
import type { Release } from '../../core/release.ts';
import { refuseStranger } from '../../core/stranger.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown, until } from '../../core/wait.ts';
import type { Foundation } from '../foundation.ts';
import { requestLabel } from './policies.ts';
import { findScaling, noScaling, scalingActs, type Scaling } from './scaling.ts';
import { boundsOf } from './schedules.ts';

/** What of the foundation a group is made of. */
export interface Ground {
  subnets: string[];
  /** See `requestLabel`. */
  label: string;
}

const groundOf = ({ network, balancer }: Foundation): Ground => ({
  subnets: network.subnets,
  label: requestLabel(balancer.arn, balancer.targetGroup),
});

/** Creates the group at `release`. Capacity belongs to the group from then on. */
export async function createGroup(
  ctx: Context,
  target: Target,
  release: Release,
  foundation: Foundation,
): Promise<void> {
  const names = namesOf(target);
  const { min, max, desired = min } = target.fleet;
  const request: CreateAutoScalingGroupCommandInput = {
    AutoScalingGroupName: names.group,
    // A number, never $Latest: with $Latest there is no rollback (IrreversibleInstanceRefresh).
    ...launchesOf(target, release, false),
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
    ...groupSettings(target, groundOf(foundation)),
    TargetGroupARNs: [foundation.balancer.targetGroup],
    Tags: tagsOf(target, 'fleet').map(({ Key, Value }) => ({ Key, Value, PropagateAtLaunch: false })),
  };
  try {
    // Auto Scaling hears of a new launch template a moment later, and says ValidationError until then.
    await onceKnown(ctx, `group ${names.group}`, ['ValidationError'], () =>
      ctx.aws.autoScaling.send(new CreateAutoScalingGroupCommand(request)),
    );
  } catch (error) {
    if (!isAwsError(error, 'AlreadyExistsFault')) throw error;
  }
  await performAll(ctx, scalingActs(target, await findScaling(ctx, target), groundOf(foundation).label));
}

/** What `createGroup` does. */
export const groupCreation = (target: Target): Change => {
  const { min, max, desired = min } = target.fleet;
  const types = typesText([target.instance.type, ...target.instance.fallbackTypes]);
  const made = creation(
    `Auto Scaling group ${namesOf(target).group}`,
    'autoscaling:CreateAutoScalingGroup',
    scalingActs(target, noScaling, ''),
  );
  return { ...made, why: `the first machines: ${desired} ${types}, ${min} to ${max}` };
};

/** Brings what redeploy.json says of an existing group up to date: bounds, subnets, health checks, scaling. */
export async function updateGroup(
  ctx: Context,
  target: Target,
  group: AutoScalingGroup,
  foundation: Foundation,
): Promise<void> {
  const found = { group, scaling: await findScaling(ctx, target) };
  await performAll(ctx, groupActs(target, found, groundOf(foundation)));
}

/** A group as it is. */
export interface FoundGroup {
  group: AutoScalingGroup;
  scaling: Scaling;
}

/** What `updateGroup` does about the group that was found. Throws `foundation` when it is somebody else's. */
export const groupChanges = (target: Target, found: FoundGroup, ground: Ground): Change[] =>
  changesOf(groupActs(target, found, ground));

function groupActs(target: Target, { group, scaling }: FoundGroup, ground: Ground): Act[] {
  refuseStranger(target, `an Auto Scaling group named ${group.AutoScalingGroupName}`, tagRecord(group.Tags));
  return [...boundsActs(target, group, ground), ...scalingActs(target, scaling, ground.label)];
}

function boundsActs(target: Target, group: AutoScalingGroup, ground: Ground): Act[] {
  const wanted = { ...boundsOf(target, group), ...groupSettings(target, ground) };
  const { why } = differences(texts(group), texts(wanted));
  if (why === '') return [];
  const { group: name } = namesOf(target);
  return [
    {
      change: {
        action: 'change',
        what: `Auto Scaling group ${name}`,
        why,
        calls: ['autoscaling:UpdateAutoScalingGroup'],
      },
      perform: (ctx) =>
        ctx.aws.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...wanted })),
    },
  ];
}

const texts = (settings: object): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));

/** Removes the group and all its machines, and waits until they are gone. */
export async function removeGroup(ctx: Context, target: Target): Promise<void> {
  const { group } = namesOf(target);
  try {
    await ctx.aws.autoScaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: group, ForceDelete: true }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  await until(ctx, `removal of ${group}`, { everyMs: 3000, forMs: 600_000 }, async () => {
    const left = await findGroup(ctx, group);
    return left ? { pending: `${left.Instances?.length ?? 0} machines are left` } : { done: true };
  });
}

const groupSettings = (target: Target, { subnets }: Ground) => ({
  VPCZoneIdentifier: subnets.join(','),
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: target.health.startSeconds,
  // AWS advises to set it, even to 0: InstanceWarmup and scaling then agree.
  DefaultInstanceWarmup: 0,
});
