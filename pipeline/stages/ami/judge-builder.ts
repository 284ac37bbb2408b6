import type { Instance } from '@aws-sdk/client-ec2';
import { tagKeys, tagRecord } from '../../core/names.ts';

const dead = new Set(['shutting-down', 'terminated']);
/** Whether a machine is there, on or off. */
export const isAlive = (instance: Instance): boolean => !dead.has(instance.State?.Name ?? '');

export type Verdict = { done: true } | { pending: string } | { failed: string } | { lost: string };

/** How a bake stands, from tags and state of its machine. The bake is done when its script says so and the machine is off. */
export function judgeBuilder(builder: Instance | undefined): Verdict {
  const { [tagKeys.bake]: bake, [tagKeys.bakeError]: reason } = tagRecord(builder?.Tags);
  // What was launched a moment ago may not show yet.
  const state = builder?.State?.Name ?? 'pending';
  if (bake === 'failed') return { failed: reason ?? 'the bake failed' };
  return bake === 'done' && state === 'stopped' ? { done: true } : judgeState(state);
}

function judgeState(state: string): Verdict {
  if (dead.has(state)) return { lost: `it was ${state} before its image was taken` };
  return state === 'stopped'
    ? { failed: 'the builder was stopped before it was done' }
    : { pending: `the machine is ${state}` };
}
