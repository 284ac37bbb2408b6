import {
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommand,
  PutScalingPolicyCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagKeys, tagRecord, tagsOf } from '../../core/names.ts';
import { findGroup } from '../../core/observe.ts';
import type { Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown, until } from '../../core/wait.ts';
import type { Foundation } from '../foundation.ts';

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
    LaunchTemplate: { LaunchTemplateName: names.launchTemplate, Version: String(release.number) },
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
    ...groupSettings(target, foundation),
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
  await putScaling(ctx, target);
}

/** Brings what redeploy.json says of an existing group up to date: bounds, subnets, health checks, scaling. */
export async function updateGroup(
  ctx: Context,
  target: Target,
  group: AutoScalingGroup,
  foundation: Foundation,
): Promise<void> {
  refuseStranger(target, group);
  const wanted = { MinSize: target.fleet.min, MaxSize: target.fleet.max, ...groupSettings(target, foundation) };
  const isSame = Object.entries(wanted).every(([key, value]) => group[key as keyof AutoScalingGroup] === value);
  if (!isSame) {
    await ctx.aws.autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: namesOf(target).group, ...wanted }),
    );
  }
  await putScaling(ctx, target);
}

/**
 * A group that follows `$Latest` or `$Default` (somebody used the console) cannot be rolled back, and says nothing of what is
 * live (API_RollbackInstanceRefresh.html): names the number that most of its machines run.
 */
export async function pinVersion(ctx: Context, target: Target): Promise<void> {
  const { group: name, launchTemplate } = namesOf(target);
  const group = await findGroup(ctx, name);
  const version = group?.LaunchTemplate?.Version;
  if (version === undefined || /^\d+$/.test(version)) return;
  const running = (group?.Instances ?? []).map((instance) => instance.LaunchTemplate?.Version ?? '');
  const count = (one: string) => running.filter((other) => other === one).length;
  const most = running.toSorted((a, b) => count(b) - count(a))[0];
  if (most === undefined) return;
  await ctx.aws.autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: launchTemplate, Version: most },
    }),
  );
}

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

const groupSettings = (target: Target, foundation: Foundation) => ({
  VPCZoneIdentifier: foundation.network.subnets.join(','),
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: target.health.startSeconds,
  // AWS advises to set it, even to 0: InstanceWarmup and scaling then agree.
  DefaultInstanceWarmup: 0,
});

function refuseStranger(target: Target, group: AutoScalingGroup): void {
  const tags = tagRecord(group.Tags);
  if (tags[tagKeys.app] === target.app && tags[tagKeys.environment] === target.environment) return;
  throw new DeployError(
    'fleet',
    `an Auto Scaling group named ${namesOf(target).group} exists and was not made by redeploy`,
    {
      hint: 'choose another app or environment name in redeploy.json',
    },
  );
}

async function putScaling(ctx: Context, target: Target): Promise<void> {
  await ctx.aws.autoScaling.send(
    new PutScalingPolicyCommand({
      AutoScalingGroupName: namesOf(target).group,
      PolicyName: 'cpu',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: target.fleet.targetCpuPercent,
      },
    }),
  );
}
