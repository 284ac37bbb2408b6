import type { Engine } from '../engine.ts';

/** Call once at start of the sandbox: takes up machines of an earlier run and follows power-offs until `engine.signal`. */
export async function startEc2(engine: Engine): Promise<void> {
  await reconcileMachines(engine);
}

/** Records whose machine is gone become terminated, machines without a record are removed. */
export async function reconcileMachines(_engine: Engine): Promise<void> {
  throw new Error('coming');
}
