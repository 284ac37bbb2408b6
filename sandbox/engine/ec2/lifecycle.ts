import type { Engine } from '../engine.ts';
import type { InstanceRecord } from './state.ts';

/** Why a transition happens: becomes StateReason and StateTransitionReason. Default: a user's call. */
export type Cause = 'user' | 'service' | 'instance';

/** shutting-down now, terminated when the machine is gone; no-op for instances that are on their way. Protection is the API's business. */
export function terminateInstances(_engine: Engine, _ids: string[], _cause: Cause = 'user'): InstanceRecord[] {
  throw new Error('coming');
}

/** stopping now, stopped when the machine is off. Throws `IncorrectInstanceState`, `InvalidInstanceID.NotFound`. */
export function stopInstances(_engine: Engine, _ids: string[], _cause: Cause = 'user'): InstanceRecord[] {
  throw new Error('coming');
}

/** stopped -> pending -> running. Throws `IncorrectInstanceState`. */
export function startInstances(_engine: Engine, _ids: string[]): InstanceRecord[] {
  throw new Error('coming');
}
