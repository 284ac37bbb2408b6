import type { Engine } from '../engine.ts';
import { deregisterTargets, registerTargets } from '../elb/targets.ts';
import type { Group, Member } from './state.ts';

/** Registers a member with target groups that it is not in yet, unless AddToLoadBalancer is suspended. */
export function register(engine: Engine, group: Group, member: Member): void {
  if (group.suspended.includes('AddToLoadBalancer')) return;
  for (const arn of group.targetGroupArns) {
    const targets = engine.state.elb.targetGroups[arn];
    if (!targets || member.registered.includes(arn)) continue;
    registerTargets(engine, targets, [{ id: member.instanceId }]);
    member.registered.push(arn);
  }
}

/** Takes a member out of the given target groups, or all; the entries drain there. */
export function deregister(engine: Engine, member: Member, arns: string[] = member.registered): void {
  for (const arn of arns) {
    const targets = engine.state.elb.targetGroups[arn];
    if (targets) deregisterTargets(engine, targets, [{ id: member.instanceId }]);
  }
}
