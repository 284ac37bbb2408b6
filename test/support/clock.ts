import { setImmediate as turn, setTimeout as realSleep } from 'node:timers/promises';
import type { Clock } from '../../sandbox/engine/clock.ts';

/** Time that tests own: it stands still until `run` or `advance` moves it, and then jumps from sleeper to sleeper. */
export interface FakeClock extends Clock {
  /**
   * Waits for `promise` (or what the function returns) while driving time: whenever the event loop is idle, jumps to the
   * earliest sleeper. Sleepers that are left when it settles stay asleep. Several runs at a time share the drive.
   */
  run<T>(promise: Promise<T> | (() => Promise<T>)): Promise<T>;
  /**
   * Stops time until `promise` settles: for real I/O (sockets, child processes outside `run`'s sight). Never for work
   * that itself sleeps on this clock; calls of the in-process sandbox need it not, they never leave the event loop.
   */
  busy<T>(promise: Promise<T>): Promise<T>;
  /** Lets `ms` pass, waking everybody on the way, and settles when all have had their turn. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  readonly sleepers: number;
}

export interface FakeClockOptions {
  startMs?: number;
  /** Fake time after which `run` gives up; default 24 hours. */
  limitMs?: number;
}

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

/** Real work that the event loop has under way and that time must wait for: files, child processes, look-ups, zips. */
const realWork = /^(FSReq|CloseReq|ProcessWrap|GetAddrInfo|Zlib|.*Job$|CopyFile)/i;
const working = () => process.getActiveResourcesInfo().some((name) => realWork.test(name));

/** A clock for one test; hand the same to the sandbox and to the pipeline. */
export function fakeClock({
  startMs = Date.UTC(2026, 0, 31, 10),
  limitMs = 86_400_000,
}: FakeClockOptions = {}): FakeClock {
  let nowMs = startMs;
  let busyWith = 0;
  let driving: Promise<void> | undefined;
  let foreground = 0;
  const sleepers = new Set<Sleeper>();

  const earliest = () => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) if (!first || sleeper.dueMs < first.dueMs) first = sleeper;
    return first;
  };

  /** Resolves once nothing but time can make progress. */
  const idle = async () => {
    for (let quiet = 0; quiet < 4; quiet += 1) {
      await turn();
      if (busyWith > 0 || working()) {
        quiet = -1;
        await realSleep(1);
      }
    }
  };

  const wake = (sleeper: Sleeper) => {
    sleepers.delete(sleeper);
    nowMs = Math.max(nowMs, sleeper.dueMs);
    sleeper.wake();
  };

  const awaited = () => foreground > 0;
  const drive = async () => {
    while (awaited()) {
      await idle();
      const next = awaited() ? earliest() : undefined;
      if (next) wake(next);
      else if (awaited()) await realSleep(1);
    }
    driving = undefined;
  };

  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const sleeper: Sleeper = {
        dueMs: nowMs + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (ms > 0) sleepers.add(sleeper);
      else setImmediate(sleeper.wake);
    });

  const run = async <T>(work: Promise<T> | (() => Promise<T>)): Promise<T> => {
    foreground += 1;
    driving ??= drive();
    const stopwatch = new AbortController();
    const limit = sleep(limitMs, stopwatch.signal).then(() => {
      throw new Error(`nothing settled within ${limitMs} ms of fake time`);
    });
    try {
      return await Promise.race([typeof work === 'function' ? work() : work, limit]);
    } finally {
      foreground -= 1;
      limit.catch(() => undefined);
      stopwatch.abort();
    }
  };

  return {
    now: () => nowMs,
    sleep,
    run,
    busy: async (promise) => {
      busyWith += 1;
      try {
        return await promise;
      } finally {
        busyWith -= 1;
      }
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await idle();
      for (let next = earliest(); next && next.dueMs <= untilMs; next = earliest()) {
        wake(next);
        await idle();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
