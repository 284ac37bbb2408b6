import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Group, Hook, Member } from './state.ts';

export type HookOutcome = 'none' | 'waiting' | 'abandoned';

/**
 * Takes a member through the lifecycle hooks of a transition, one after the other: `waiting` until the action is completed or
 * the heartbeat runs out, then the hook's default result counts (autoscaling/ec2/userguide/lifecycle-hooks-overview.html).
 */
export function passHooks(engine: Engine, group: Group, member: Member, transition: Hook['transition']): HookOutcome {
  const { waiting } = member;
  if (waiting) return answered(engine, group, member, waiting);
  const next = Object.values(group.hooks).find(
    (hook) => hook.transition === transition && !member.hooksDone.includes(hook.name),
  );
  if (!next) return 'none';
  member.waiting = {
    hook: next.name,
    token: randomUUID(),
    until: engine.clock.now() + next.heartbeatSeconds * 1000,
  };
  member.lifecycle = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'Pending:Wait' : 'Terminating:Wait';
  return 'waiting';
}

function answered(engine: Engine, group: Group, member: Member, waiting: NonNullable<Member['waiting']>): HookOutcome {
  const overdue = waiting.until <= engine.clock.now();
  const fallback = group.hooks[waiting.hook]?.defaultResult ?? 'CONTINUE';
  const result = waiting.result ?? (overdue ? fallback : undefined);
  if (!result) return 'waiting';
  delete member.waiting;
  member.hooksDone.push(waiting.hook);
  member.lifecycle = member.lifecycle.startsWith('Pending') ? 'Pending:Proceed' : 'Terminating:Proceed';
  return result === 'ABANDON' ? 'abandoned' : 'waiting';
}
