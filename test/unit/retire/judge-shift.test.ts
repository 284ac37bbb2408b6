import { expect, it } from 'vitest';
import { whyWorse, type Tally } from '../../../pipeline/core/retire/judge-shift.ts';

const margins = { errorMarginPercent: 1, latencyMarginMs: 500 };
const tally = (requests: number, failures: number, ms = 50): Tally => ({
  requests,
  failures,
  ms: Array.from({ length: requests - failures }, () => ms),
});

it('sees that 2 % fail, and lets one failure pass for chance', () => {
  expect(whyWorse(tally(150, 0), tally(150, 3), margins)).toBe(
    '3 of 150 requests (2 %) failed at the new balancer, 0 % at the old one',
  );
  expect(whyWorse(tally(30, 0), tally(30, 1), margins)).toBeUndefined();
});

it('takes the old side for the measure, whose failures are not the fault of the new one', () => {
  expect(whyWorse(tally(150, 4), tally(150, 4), margins)).toBeUndefined();
});

it('compares the 95th percentiles once there are enough of them', () => {
  expect(whyWorse(tally(100, 0, 50), tally(100, 0, 700), margins)).toContain('takes 700 ms');
  expect(whyWorse(tally(10, 0, 50), tally(10, 0, 700), margins)).toBeUndefined();
});
