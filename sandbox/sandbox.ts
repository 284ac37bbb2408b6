import { dispatch, type Before } from './api/dispatch.ts';
import type { SandboxRequest } from './api/dispatch/operation.ts';
import type { HttpAnswer } from './api/protocol/answer.ts';
import { services } from './api/services.ts';
import { weathered } from './api/weather.ts';
import { realClock, type Clock } from './engine/clock.ts';
import { timings, type Engine, type Timing } from './engine/engine.ts';
import type { Machines } from './engine/machines.ts';
import { makeEngine } from './engine/make.ts';
import { openStore, readState } from './engine/store.ts';

export interface SandboxOptions {
  region: string;
  /** The wall clock unless given. */
  clock?: Clock;
  machines: Machines;
  /** How long things take; `none` unless given. */
  timing?: Timing;
  /** Where `state.json` is kept; without it the world is forgotten at the end. */
  stateDir?: string;
  /** Host and port of API and registry; `127.0.0.1:4780` unless given. */
  authority?: string;
  /** Certificates for names whose zone is not here need no record; they do unless given. */
  provesForeignNames?: boolean;
  /** Watches or breaks calls, see `Before`. */
  before?: Before;
  log?: (line: string) => void;
}

/** The embedded AWS. Requests reach it through a socket (server.ts) or straight through `handle`. */
export interface Sandbox {
  engine: Engine;
  /** Answers one AWS API request. Rejects only when a hook asked for the answer to be lost. */
  handle(request: SandboxRequest): Promise<HttpAnswer>;
  /** Stops loops and machines' driver and writes the state. Idempotent. */
  close(): Promise<void>;
}

/** Opens a sandbox: reads its state, takes up what was going on. Throws when the state cannot be read. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { region, machines, before } = options;
  const log = options.log ?? (() => {});
  const state = await readState(region, options.stateDir);
  const store = openStore(state, options.stateDir, log);
  const { engine, stop } = makeEngine({
    clock: options.clock ?? realClock,
    state,
    store,
    machines,
    timing: options.timing ?? timings.none,
    authority: options.authority ?? '127.0.0.1:4780',
    provesForeignNames: options.provesForeignNames ?? false,
    log,
  });
  const hook = weathered(engine, before);
  for (const service of services) await service.start?.(engine);
  let closing: Promise<void> | undefined;
  const close = async () => {
    await stop();
    await machines.close();
    await store.close();
  };
  return {
    engine,
    handle: (request) => dispatch(engine, services, request, hook),
    close: () => (closing ??= close()),
  };
}
