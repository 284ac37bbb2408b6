import type { LifecycleState } from '@aws-sdk/client-auto-scaling';
import type { Engine } from '../engine.ts';
import { closeActivity } from './activities.ts';
import type { Facts, FactsById } from './facts.ts';
import { passHooks } from './hooks.ts';
import type { Group, Member } from './state.ts';
import { register } from './targets.ts';
import { beginTermination, endInstance, forgetMember } from './terminate.ts';

type Step = (engine: Engine, group: Group, member: Member, facts: Facts) => void;

/** Moves every member on in its lifecycle as far as the world allows now. */
export function advanceMembers(engine: Engine, group: Group, facts: FactsById): void {
  for (const member of Object.values(group.members)) {
    const known = facts[member.instanceId];
    if (known) steps[member.lifecycle]?.(engine, group, member, known);
  }
}

const launching: Step = (engine, group, member, facts) => {
  if (facts.ec2 !== 'running') return;
  const outcome = passHooks(engine, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING');
  if (outcome === 'waiting') return;
  if (outcome === 'abandoned') {
    const cause = 'an instance was taken out of service in response to an abandoned lifecycle action.';
    return beginTermination(engine, group, member, cause);
  }
  member.lifecycle = 'InService';
  member.inServiceAt = engine.clock.now();
  register(engine, group, member);
  closeActivity(engine, group, { id: member.activityId, status: 'Successful' });
  engine.log(`group ${group.name}: ${member.instanceId} is in service`);
  engine.save();
};

/** Target groups may be attached, and processes resumed, while it serves. */
const serving: Step = (engine, group, member) => register(engine, group, member);

/** The instance goes only when the load balancer is through with it, and hooks run after that. */
const terminating: Step = (engine, group, member, facts) => {
  if (facts.ec2 === 'gone') return forgetMember(engine, group, member);
  if (!facts.drained && !group.deleting) return;
  const skipsHooks = group.deleting || facts.ec2 === 'off';
  if (!skipsHooks && passHooks(engine, group, member, 'autoscaling:EC2_INSTANCE_TERMINATING') === 'waiting') return;
  endInstance(engine, member);
};

const enteringStandby: Step = (engine, _group, member, facts) => {
  if (!facts.drained) return;
  member.registered = [];
  member.lifecycle = 'Standby';
  engine.save();
};

const steps: Partial<Record<LifecycleState, Step>> = {
  Pending: launching,
  'Pending:Wait': launching,
  'Pending:Proceed': launching,
  InService: serving,
  EnteringStandby: enteringStandby,
  Terminating: terminating,
  'Terminating:Wait': terminating,
  'Terminating:Proceed': terminating,
};
