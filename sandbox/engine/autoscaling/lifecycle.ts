import type { LifecycleState } from '@aws-sdk/client-auto-scaling';
import type { Engine } from '../engine.ts';
import type { Group, Member } from './state.ts';

/** What IMDS shows at `autoscaling/target-lifecycle-state`; a group's instance is on its way there or already is. */
export type TargetLifecycleState = 'InService' | 'Standby' | 'Terminated' | 'Detached';

const goingTo: Partial<Record<LifecycleState, TargetLifecycleState>> = {
  EnteringStandby: 'Standby',
  Standby: 'Standby',
  Terminating: 'Terminated',
  'Terminating:Wait': 'Terminated',
  'Terminating:Proceed': 'Terminated',
  'Terminating:Retained': 'Terminated',
  Terminated: 'Terminated',
  Detaching: 'Detached',
  Detached: 'Detached',
};

/**
 * The state that the instance's group is bringing it to; undefined for instances of no group. It turns `Terminated` as soon as
 * termination begins, before the load balancer has drained it
 * (docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
 */
export function targetLifecycleState(engine: Engine, instanceId: string): TargetLifecycleState | undefined {
  const found = findMember(engine, instanceId);
  return found && (goingTo[found.member.lifecycle] ?? 'InService');
}

/** The group that the instance belongs to, with its record there. */
export function findMember(engine: Engine, instanceId: string): { group: Group; member: Member } | undefined {
  for (const group of Object.values(engine.state.autoscaling.groups)) {
    const member = group.members[instanceId];
    if (member) return { group, member };
  }
  return undefined;
}
