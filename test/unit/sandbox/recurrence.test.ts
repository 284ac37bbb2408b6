import { expect, test } from 'vitest';
import { isRecurrence, nextOccurrence } from '../../../sandbox/engine/autoscaling/recurrence.ts';

const next = (text: string, zone: string, after: string) => {
  const at = nextOccurrence(text, zone, Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString();
};

test.each([
  ['0 8 * * MON-FRI', 'Etc/UTC', '2026-11-20T08:00:00Z', '2026-11-23T08:00:00.000Z'],
  ['*/15 * * * *', 'Etc/UTC', '2026-11-20T08:07:30Z', '2026-11-20T08:15:00.000Z'],
  ['30 6 1 1,7 *', 'Etc/UTC', '2026-11-20T08:00:00Z', '2027-01-01T06:30:00.000Z'],
  // Either day will do, as in every cron.
  ['0 0 13 * 5', 'Etc/UTC', '2026-11-11T00:00:00Z', '2026-11-13T00:00:00.000Z'],
  ['0 0 13 * 5', 'Etc/UTC', '2026-11-13T00:00:00Z', '2026-11-20T00:00:00.000Z'],
  // By the clocks there, in winter and in summer.
  ['0 8 * * *', 'Europe/Berlin', '2026-01-15T12:00:00Z', '2026-01-16T07:00:00.000Z'],
  ['0 8 * * *', 'Europe/Berlin', '2026-07-15T12:00:00Z', '2026-07-16T06:00:00.000Z'],
  ['0 8 * * *', 'Asia/Kolkata', '2026-07-15T12:00:00Z', '2026-07-16T02:30:00.000Z'],
  ['0 0 30 2 *', 'Etc/UTC', '2026-07-15T12:00:00Z', undefined],
])('after %j in %s, from %s on, comes the moment that cron means', (text, zone, after, expected) => {
  expect(next(text, zone, after)).toBe(expected);
});

test.each(['', '* * * *', '60 * * * *', '0 24 * * *', 'a b c d e', '0 8 * * MON-', '5-1 * * * *', '*/0 * * * *'])(
  '%j is no recurrence',
  (text) => expect(isRecurrence(text)).toBe(false),
);
