import { expect, test } from 'vitest';
import type { Event } from '../../../pipeline/core/event.ts';
import { until } from '../../../pipeline/core/wait.ts';
import { fakeClock } from '../../support/clock.ts';

function room() {
  const clock = fakeClock({ startMs: 0 });
  const controller = new AbortController();
  const events: Event[] = [];
  return {
    clock,
    controller,
    events,
    ctx: { clock, signal: controller.signal, report: (event: Event) => events.push(event) },
  };
}
const limits = { everyMs: 2000, forMs: 5000 };

test('probes at once, then at its pace, and reports why it still waits', async () => {
  const { ctx, clock, events } = room();
  const answers = ['no machine', '1 of 2 healthy'];
  const found = await clock.run(
    until(ctx, 'machines', limits, async () => {
      const reason = answers.shift();
      return reason === undefined ? { done: clock.now() } : { pending: reason };
    }),
  );
  expect(found).toBe(4000);
  expect(events).toEqual([
    { kind: 'waiting', what: 'machines', reason: 'no machine', elapsedMs: 0 },
    { kind: 'waiting', what: 'machines', reason: '1 of 2 healthy', elapsedMs: 2000 },
  ]);
});

test('gives up exactly at its limit, with a last look and the last reason', async () => {
  const { ctx, clock } = room();
  const looks: number[] = [];
  const waiting = until(ctx, 'machines', limits, async () => {
    looks.push(clock.now());
    return { pending: `${looks.length} looks` };
  });
  await expect(clock.run(waiting)).rejects.toMatchObject({
    code: 'timeout',
    message: 'gave up on machines after 5 s: 4 looks',
  });
  expect(looks).toEqual([0, 2000, 4000, 5000]);
});

test('Ctrl-C ends the wait at once, in the middle of a pause', async () => {
  const { ctx, clock, controller } = room();
  const waiting = until(ctx, 'machines', limits, async () => ({ pending: 'never' }));
  const refused = expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  await clock.advance(1000);
  controller.abort(new Error('Ctrl-C'));
  await refused;
  expect(clock.now()).toBe(1000);
});

test('what a probe throws goes through', async () => {
  const { ctx } = room();
  const lost = new Error('lost');
  await expect(until(ctx, 'machines', limits, () => Promise.reject(lost))).rejects.toBe(lost);
});
