import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../pipeline/core/observe.ts';
import { addSighting, judge, type Sightings } from '../../../../pipeline/stages/fleet/judge.ts';
import { maxHealthyPercentage } from '../../../../pipeline/stages/fleet/refresh.ts';

const startMs = 150_000;
const machine = (id: string, health: string, release: `v${number}` = 'v2'): Machine => ({
  id,
  zone: 'a',
  release,
  lifecycle: 'InService',
  health,
  healthReason: `${health} says the balancer`,
  launchedAt: undefined,
});
/** Looks at the fleet at the given seconds, one list of machines each. */
const watch = (looks: [seconds: number, machines: Machine[]][]): Sightings => {
  let seen: Sightings = new Map();
  for (const [seconds, machines] of looks) seen = addSighting(seen, machines, 'v2', seconds * 1000);
  return seen;
};

describe('a release is bad', () => {
  it('when one of its machines was not healthy in time', () => {
    const seen = watch([
      [0, [machine('i-1', 'initial'), machine('i-2', 'initial')]],
      [60, [machine('i-2', 'healthy')]],
    ]);
    expect(judge(seen, 150_000, startMs)).toBeUndefined();
    expect(judge(seen, 151_000, startMs)).toEqual({ id: 'i-1', reason: 'initial says the balancer' });
  });

  it('even when its machines are replaced again and again before the time is up', () => {
    const seen = watch([
      [0, [machine('i-1', 'unhealthy')]],
      [100, [machine('i-2', 'unhealthy')]],
      [140, [machine('i-3', 'initial')]],
    ]);
    expect(judge(seen, 151_000, startMs)?.id).toBe('i-1');
  });
});

describe('a release is not bad', () => {
  it('because of machines of another release', () => {
    const seen = watch([[0, [machine('i-1', 'unhealthy', 'v1')]]]);
    expect(judge(seen, 999_000, startMs)).toBeUndefined();
  });

  it('because a machine that was healthy is drained later', () => {
    const seen = watch([
      [0, [machine('i-1', 'initial')]],
      [90, [machine('i-1', 'healthy')]],
      [300, [machine('i-1', 'draining')]],
    ]);
    expect(judge(seen, 301_000, startMs)).toBeUndefined();
  });
});

it.each([
  [1, 200],
  [2, 200],
  [6, 200],
  [8, 125],
  [10, 130],
  [100, 125],
])('a fleet of %d grows to at most %d %% in a roll', (desired, percent) => {
  expect(maxHealthyPercentage(desired)).toBe(percent);
});
