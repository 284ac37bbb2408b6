import {
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type StartInstanceRefreshCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';

/**
 * Asks for the roll. `StartInstanceRefresh` is the mutex between deploys: `busy` means that another one is rolling.
 */
export async function startRefresh(
  ctx: Context,
  target: Target,
  release: Release,
  desired: number,
): Promise<'started' | 'busy'> {
  try {
    await ctx.aws.autoScaling.send(new StartInstanceRefreshCommand(refreshRequest(target, release, desired)));
    return 'started';
  } catch (error) {
    if (isAwsError(error, 'InstanceRefreshInProgressFault')) return 'busy';
    throw error;
  }
}

/** Takes a roll back. False when it was over already. */
export async function rollBackRefresh(ctx: Context, target: Target): Promise<boolean> {
  try {
    await ctx.aws.autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: namesOf(target).group }));
    return true;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault')) return false;
    throw error;
  }
}

/**
 * The group itself keeps its version until the roll succeeds: only then can AWS go back to it. Everything whose API default
 * differs from the console's is named (research/aws-peers.md 2.1).
 */
export function refreshRequest(target: Target, release: Release, desired: number): StartInstanceRefreshCommandInput {
  const names = namesOf(target);
  return {
    AutoScalingGroupName: names.group,
    Strategy: 'Rolling',
    DesiredConfiguration: {
      LaunchTemplate: { LaunchTemplateName: names.launchTemplate, Version: String(release.number) },
    },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: maxHealthyPercentage(desired),
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh',
      StandbyInstances: 'Ignore',
    },
  };
}

/** Small fleets are doubled; larger ones grow by a quarter at a time. AWS allows 100-200. */
export function maxHealthyPercentage(desired: number): number {
  if (desired <= 6) return 200;
  return 100 + Math.ceil((Math.ceil(desired / 4) / desired) * 100);
}
