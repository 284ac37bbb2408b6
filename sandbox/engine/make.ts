import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.ts';
import type { Engine, Timing } from './engine.ts';
import type { Machines } from './machines.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';
import { openSky } from './weather.ts';

/** What an engine is made of. */
export interface EngineParts {
  clock: Clock;
  state: State;
  store: Store;
  machines: Machines;
  timing: Timing;
  authority: string;
  provesForeignNames: boolean;
  log: (line: string) => void;
}

/** How long `stop` waits for background work that does not heed the signal. */
const patienceMs = 5000;

/** Makes the engine; `stop` aborts its signal and waits for its background work. */
export function makeEngine(parts: EngineParts): { engine: Engine; stop: () => Promise<void> } {
  const { clock, state, store, machines, timing, authority, provesForeignNames, log } = parts;
  const abort = new AbortController();
  // every machine that boots and every loop that sleeps listens to it
  setMaxListeners(0, abort.signal);
  const running = new Set<Promise<void>>();
  const save = () => store.save();
  const serial = () => {
    state.serial += 1;
    save();
    return state.serial;
  };
  const engine: Engine = {
    clock,
    state,
    machines,
    timing,
    sky: openSky(),
    authority,
    provesForeignNames,
    signal: abort.signal,
    save,
    serial,
    id: (prefix) => `${prefix}-${hexId(`${authority}/${prefix}/${serial()}`)}`,
    background: (name, work) => {
      const task = runQuietly(name, work, { signal: abort.signal, log }).finally(() => running.delete(task));
      running.add(task);
    },
    log,
  };
  const stop = async () => {
    abort.abort(new Error('the sandbox is closing'));
    await Promise.race([Promise.all(running), patience()]);
  };
  return { engine, stop };
}

/** 17 hexadecimal digits, the first a zero, as AWS's long ids look. */
const hexId = (seed: string) => `0${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;

async function runQuietly(
  name: string,
  work: () => Promise<void>,
  { signal, log }: { signal: AbortSignal; log: (line: string) => void },
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) log(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

const patience = () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, patienceMs).unref();
  });
