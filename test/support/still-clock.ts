import type { Clock } from '../../sandbox/engine/clock.ts';

/** Time that passes only when a test skips some; whoever sleeps on it sleeps for ever. For days, where loops do not matter. */
export function stillClock(startMs = Date.UTC(2026, 0, 31, 10)): Clock & { skip: (ms: number) => void } {
  let now = startMs;
  return {
    now: () => now,
    skip: (ms) => {
      now += ms;
    },
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
}
