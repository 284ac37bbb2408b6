import {
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type RefreshPreferences,
  type StartInstanceRefreshCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { launchesOf } from '../../core/launches.ts';
import { namesOf } from '../../core/names.ts';
import type { Fleet } from '../../core/observe.ts';
import { releaseNumber, type Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown } from '../../core/wait.ts';

/** Where a roll begins: how many machines there shall be, and what is live. */
export type From = Pick<Fleet, 'desired' | 'live' | 'isMixed'>;

/**
 * Asks for the roll; its id. `StartInstanceRefresh` is the mutex between deploys: undefined when another one was quicker.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 */
export async function startRefresh(
  ctx: Context,
  target: Target,
  release: Pick<Release, 'number' | 'types'>,
  fleet: From,
): Promise<string | undefined> {
  try {
    // Auto Scaling hears of a new launch template version a moment later, and says ValidationError until then.
    const started = await onceKnown(ctx, `roll of ${namesOf(target).group}`, ['ValidationError'], () =>
      ctx.aws.autoScaling.send(new StartInstanceRefreshCommand(refreshRequest(target, release, fleet))),
    );
    return started.InstanceRefreshId;
  } catch (error) {
    // Contention: the group is being changed at this moment, by a scale-out for example.
    if (isAwsError(error, 'InstanceRefreshInProgressFault', 'ResourceContentionFault')) return undefined;
    throw error;
  }
}

/**
 * Takes a roll back. False when it was over already. Throws `fleet` when AWS cannot: somebody made the group follow `$Latest`
 * or an SSM parameter (API_RollbackInstanceRefresh.html); the roll is stopped then, old and new machines stay as they are.
 */
export async function rollBackRefresh(ctx: Context, target: Target): Promise<boolean> {
  const { group } = namesOf(target);
  try {
    await ctx.aws.autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: group }));
    return true;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault')) return false;
    if (!isAwsError(error, 'IrreversibleInstanceRefreshFault')) throw error;
    // Somebody else (a watcher, another rollback) was quicker: cancelling that would leave a mixed fleet.
    if (await isOnItsWayBack(ctx, group)) return true;
    await cancelRefresh(ctx, group);
    throw new DeployError('fleet', `AWS cannot take the roll of ${group} back, so it was stopped: ${error.message}`, {
      hint: 'run `redeploy rollback`: it brings all machines to the release before',
      cause: error,
    });
  }
}

async function isOnItsWayBack(ctx: Context, group: string): Promise<boolean> {
  const { InstanceRefreshes: rolls = [] } = await ctx.aws.autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 10 }),
  );
  return rolls.some(({ Status }) => Status === 'RollbackInProgress' || Status === 'Cancelling');
}

async function cancelRefresh(ctx: Context, group: string): Promise<void> {
  try {
    await ctx.aws.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  } catch (error) {
    if (!isAwsError(error, 'ActiveInstanceRefreshNotFoundFault')) throw error;
  }
}

/**
 * The group itself keeps its version until the roll succeeds: only then can AWS go back to it. Everything whose API default
 * differs from the console's is named (research/aws-peers.md 2.1).
 */
export function refreshRequest(
  target: Target,
  release: Pick<Release, 'number' | 'types'>,
  { desired, live, isMixed }: From,
): StartInstanceRefreshCommandInput {
  const names = namesOf(target);
  const isWayBack = release.number < (releaseNumber(live) ?? 0);
  return {
    AutoScalingGroupName: names.group,
    Strategy: 'Rolling',
    DesiredConfiguration: launchesOf(target, release, isMixed),
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: maxHealthyPercentage(desired, target.rollout.batch),
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh',
      StandbyInstances: 'Ignore',
      ...(!isWayBack && pauses(target)),
    },
  };
}

/**
 * Not on the way back: who goes back is in a hurry, and the alarm that made them do so still rings, which would take the way
 * back back. Without CheckpointDelay, checkpoints would pause for an hour each; without 100 at the end, the roll would stop
 * halfway.
 */
function pauses({ rollout }: Target): RefreshPreferences {
  const { checkpoints, checkpointDelaySeconds, bakeSeconds, alarms } = rollout;
  return {
    ...(checkpoints.length > 0 && {
      CheckpointPercentages: [...checkpoints.filter((percent) => percent < 100), 100],
      CheckpointDelay: checkpointDelaySeconds,
    }),
    ...(bakeSeconds > 0 && { BakeTime: bakeSeconds }),
    ...(alarms.length > 0 && { AlarmSpecification: { Alarms: alarms } }),
  };
}

/** Small fleets are doubled; larger ones grow by a quarter at a time, or by the batch that is asked for. AWS allows 100-200. */
export function maxHealthyPercentage(desired: number, batch = desired <= 6 ? desired : Math.ceil(desired / 4)): number {
  return Math.min(200, 100 + Math.ceil((batch / Math.max(1, desired)) * 100));
}
