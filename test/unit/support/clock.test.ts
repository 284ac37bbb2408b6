import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fakeClock } from '../../support/clock.ts';

test('run drives time from sleeper to sleeper, in their order', async () => {
  const clock = fakeClock({ startMs: 1000 });
  const seen: string[] = [];
  const nap = async (ms: number) => {
    await clock.sleep(ms);
    seen.push(`${ms} at ${clock.now()}`);
  };
  await clock.run(Promise.all([nap(3_600_000), nap(20), nap(500).then(() => nap(7))]));
  expect(seen).toEqual(['20 at 1020', '500 at 1500', '7 at 1507', '3600000 at 3601000']);
});

test('a background loop moves only while somebody waits', async () => {
  const clock = fakeClock({ startMs: 0 });
  const stop = new AbortController();
  let ticks = 0;
  const loop = (async () => {
    for (;;) {
      await clock.sleep(10, stop.signal);
      ticks += 1;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([ticks, clock.now()]).toEqual([0, 0]);
  await clock.run(clock.sleep(95));
  expect([ticks, clock.now()]).toEqual([9, 95]);
  stop.abort(new Error('over'));
  await expect(loop).rejects.toThrow('over');
  expect(clock.sleepers).toBe(0);
});

test('time stands still during real work, named or not', async () => {
  const clock = fakeClock({ startMs: 0 });
  void clock.sleep(1000);
  await clock.run(clock.busy(new Promise((resolve) => setTimeout(resolve, 30))));
  expect(clock.now()).toBe(0);
  await clock.run(async () => {
    for (let reads = 0; reads < 20; reads += 1) await readFile(import.meta.filename);
  });
  expect(clock.now()).toBe(0);
});

test('advance wakes those that are due and nobody else; run gives up at its limit', async () => {
  const clock = fakeClock({ startMs: 0, limitMs: 50 });
  let woken = false;
  void clock.sleep(30).then(() => (woken = true));
  await clock.advance(29);
  expect([woken, clock.now()]).toEqual([false, 29]);
  await clock.advance(1);
  expect(woken).toBe(true);
  await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('within 50 ms of fake time');
});
