import type { Engine } from '../engine.ts';

const queues = new WeakMap<Engine, Map<string, Promise<unknown>>>();

/**
 * Does what concerns one machine one after the other: a terminate waits for the boot that is under way, a power-off is
 * judged after it. Other machines are not held up.
 */
export async function inOrder<T>(engine: Engine, instanceId: string, work: () => Promise<T>): Promise<T> {
  const ofEngine = queues.get(engine) ?? new Map<string, Promise<unknown>>();
  queues.set(engine, ofEngine);
  const before = ofEngine.get(instanceId);
  const mine = (async () => {
    await before?.catch(() => undefined);
    return work();
  })();
  ofEngine.set(instanceId, mine);
  try {
    return await mine;
  } finally {
    if (ofEngine.get(instanceId) === mine) ofEngine.delete(instanceId);
  }
}
