import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import type { Group } from '../../engine/autoscaling/state.ts';
import { invalid } from './find.ts';

function inRange(value: number | undefined, [from, to]: [number, number], what: string): void {
  if (value === undefined) return;
  if (value < from || value > to) throw invalid(`${what} must be between ${from} and ${to}, but is ${value}`);
}

const twoDays = 172_800;

/**
 * Preferences with AWS's defaults filled in (understand-instance-refresh-default-values.html). Throws `ValidationError`.
 * MaxHealthyPercentage stays out when it was left out: that is another behaviour than 100.
 */
export function readPreferences(group: Group, given: RefreshPreferences = {}): RefreshPreferences {
  check(given);
  const max = given.MaxHealthyPercentage ?? group.maintenance?.max;
  return {
    SkipMatching: false,
    AutoRollback: false,
    ScaleInProtectedInstances: 'Wait',
    StandbyInstances: 'Wait',
    MinHealthyPercentage: group.maintenance?.min ?? 90,
    ...(given.CheckpointPercentages && { CheckpointDelay: 3600 }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(max !== undefined && { MaxHealthyPercentage: max }),
  };
}

function check(given: RefreshPreferences): void {
  inRange(given.MinHealthyPercentage, [0, 100], 'MinHealthyPercentage');
  inRange(given.MaxHealthyPercentage, [100, 200], 'MaxHealthyPercentage');
  inRange(given.InstanceWarmup, [0, Number.MAX_SAFE_INTEGER], 'InstanceWarmup');
  inRange(given.CheckpointDelay, [0, twoDays], 'CheckpointDelay');
  inRange(given.BakeTime, [0, twoDays], 'BakeTime');
  checkPercentages(given);
  checkCheckpoints(given);
  if ((given.AlarmSpecification?.Alarms?.length ?? 0) > 10) throw invalid('At most 10 alarms can be specified');
}

function checkPercentages({ MinHealthyPercentage: min, MaxHealthyPercentage: max }: RefreshPreferences): void {
  if (max === undefined) return;
  if (min === undefined) {
    throw invalid('You must specify MinHealthyPercentage when you specify MaxHealthyPercentage');
  }
  if (max - min > 100) {
    throw invalid('The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100');
  }
}

function checkCheckpoints({ CheckpointPercentages: all, CheckpointDelay }: RefreshPreferences): void {
  if (!all) {
    if (CheckpointDelay !== undefined) {
      throw invalid('You must specify CheckpointPercentages when you specify CheckpointDelay');
    }
    return;
  }
  for (const [index, percent] of all.entries()) {
    inRange(percent, [1, 100], 'A checkpoint percentage');
    if (percent <= (all[index - 1] ?? 0)) throw invalid('CheckpointPercentages must be unique and in ascending order');
  }
}
