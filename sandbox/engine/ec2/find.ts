import type { Engine } from '../engine.ts';
import type { InstanceRecord } from './state.ts';

/** The instance, also a terminated one as long as it is visible (an hour). */
export function findInstance(_engine: Engine, _id: string): InstanceRecord | undefined {
  throw new Error('coming');
}

/** All visible instances. */
export function visibleInstances(_engine: Engine): InstanceRecord[] {
  throw new Error('coming');
}
