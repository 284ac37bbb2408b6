import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { costOf, type Bill } from '../../pipeline/core/cost.ts';
import { minutesTogether } from '../../pipeline/core/plan-minutes.ts';
import { pricesIn } from '../../pipeline/core/prices.ts';

const shipped = await readFile(path.join(import.meta.dirname, '../../templates/prices.json'), 'utf8');
const bill: Bill = {
  instanceType: 't3.small',
  fallbackTypes: [],
  machines: 2,
  rootVolumeGiB: 12,
  zones: 3,
  hasPublicMachines: true,
  extraMachines: 2,
  rollMinutes: 3,
  reserve: { machines: 0, minutes: 0 },
  builder: { type: 't3.small', minutes: 9 },
};

describe('the cost of an environment', () => {
  it('adds machines, disks, addresses, balancer and secret up, and a roll on top', () => {
    const cost = costOf(bill, pricesIn(shipped, 'us-east-1'));
    // 2 x 730 x 0.0208, 24 x 0.08, 5 x 730 x 0.005, 730 x 0.0225, 730 x 0.008, 0.40
    expect(cost.month.map(({ usd }) => usd)).toEqual([30.368, 1.92, 18.25, 16.425, 5.84, 0.4]);
    expect(cost).toMatchObject({ monthUsd: 73.2, rollUsd: 0.01, unknown: [] });
  });

  it('never guesses: a region or type without a price is unknown, and in no sum', () => {
    const nowhere = costOf(bill, pricesIn(shipped, 'me-south-1'));
    expect(nowhere).toMatchObject({ monthUsd: 0, rollUsd: 0 });
    expect(nowhere.unknown).toHaveLength(8);
    const strange = costOf({ ...bill, instanceType: 'x9.huge', builder: undefined }, pricesIn(shipped, 'eu-central-1'));
    expect(strange.unknown).toEqual(['2 x x9.huge', '2 x x9.huge for 3 minutes']);
    expect(strange.monthUsd).toBeGreaterThan(20);
  });

  it('counts addresses that there are: machines in private subnets have none', () => {
    const { month } = costOf({ ...bill, hasPublicMachines: false }, pricesIn(shipped, 'us-east-1'));
    expect(month).toContainEqual({ what: '3 public IPv4 addresses', usd: 10.95 });
  });

  it('names the range of prices where machines may be of several types', () => {
    const whatOf = (fallbackTypes: string[]) =>
      costOf({ ...bill, fallbackTypes }, pricesIn(shipped, 'us-east-1')).month[0];
    expect(whatOf(['t3a.small', 't3.medium'])).toEqual({
      what: '2 x t3.small (or t3a.small, t3.medium: 27.45 to 60.74)',
      usd: 30.368,
    });
    expect(whatOf(['x9.huge'])?.what).toBe('2 x t3.small (or x9.huge: 30.37, of some nobody knows)');
  });

  it('counts machines in reserve for as long as they stay', () => {
    const { roll } = costOf({ ...bill, reserve: { machines: 2, minutes: 60 } }, pricesIn(shipped, 'us-east-1'));
    expect(roll).toContainEqual({ what: '2 x t3.small in reserve for 60 minutes', usd: 0.0416 });
  });

  it('knows prices of a region that has those of another', () => {
    expect(pricesIn(shipped, 'us-west-2')).toEqual(pricesIn(shipped, 'us-east-1'));
  });
});

describe('the time of a deploy', () => {
  it('is that of the longer of foundation and image, and of what comes after', () => {
    const minutes = { foundation: 3, bundle: 1, image: 4, ami: 5, release: 0, fleet: 3 };
    expect(minutesTogether(minutes)).toBe(13);
    expect(minutesTogether({ ...minutes, foundation: 9 })).toBe(17);
  });
});
