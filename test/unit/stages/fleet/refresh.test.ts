import path from 'node:path';
import { expect, it } from 'vitest';
import { readTarget } from '../../../../pipeline/core/read-target.ts';
import { maxHealthyPercentage, refreshRequest } from '../../../../pipeline/stages/fleet/refresh.ts';

const sample = path.resolve(import.meta.dirname, '../../../fixtures/app');
const release = { number: 7, types: ['t3.small'] };

it.each([
  [1, undefined, 200],
  [2, undefined, 200],
  [6, undefined, 200],
  [8, undefined, 125],
  [10, undefined, 130],
  [100, undefined, 125],
  [10, 1, 110],
  [3, 1, 134],
  [2, 5, 200],
  [0, undefined, 100],
])('a fleet of %d, replaced %s at a time, grows to at most %d %% in a roll', (desired, batch, percent) => {
  expect(maxHealthyPercentage(desired, batch)).toBe(percent);
});

it('names everything whose default in the API would surprise', async () => {
  const { Preferences, DesiredConfiguration } = refreshRequest(await readTarget(sample), release, {
    desired: 2,
    live: 'v6',
    isMixed: false,
  });
  expect(DesiredConfiguration?.LaunchTemplate?.Version).toBe('7');
  expect(Preferences).toEqual({
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 200,
    SkipMatching: true,
    AutoRollback: true,
    ScaleInProtectedInstances: 'Refresh',
    StandbyInstances: 'Ignore',
  });
});

it('never sends checkpoints without their delay, nor a last one below 100', async () => {
  const target = await readTarget(sample);
  const asked = { ...target.rollout, checkpoints: [10, 50], bakeSeconds: 120, alarms: ['errors'] };
  expect(
    refreshRequest({ ...target, rollout: asked }, release, { desired: 2, live: 'v6', isMixed: false }).Preferences,
  ).toMatchObject({
    CheckpointPercentages: [10, 50, 100],
    CheckpointDelay: 300,
    BakeTime: 120,
    AlarmSpecification: { Alarms: ['errors'] },
  });
});

it('neither pauses nor asks alarms on the way back to an older release: the one that rings would take it back again', async () => {
  const target = await readTarget(sample);
  const asked = { ...target.rollout, checkpoints: [10, 50], bakeSeconds: 120, alarms: ['errors'] };
  const { Preferences = {} } = refreshRequest({ ...target, rollout: asked }, release, {
    desired: 2,
    live: 'v8',
    isMixed: false,
  });
  for (const key of ['CheckpointPercentages', 'CheckpointDelay', 'BakeTime', 'AlarmSpecification']) {
    expect(Preferences).not.toHaveProperty(key);
  }
});
