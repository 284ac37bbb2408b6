import { terminateInstances } from '../ec2/lifecycle.ts';
import { findInstance } from '../ec2/find.ts';
import type { Engine } from '../engine.ts';
import { at, closeActivity, openActivity } from './activities.ts';
import { isTerminating } from './members.ts';
import type { Group, Member } from './state.ts';
import { deregister } from './targets.ts';

/** Begins to take a member out: first it leaves its target groups and drains there. */
export function beginTermination(engine: Engine, group: Group, member: Member, cause: string): void {
  if (isTerminating(member)) return;
  const text = 'instance was abandoned or terminated before it came into service';
  closeActivity(engine, group, { id: member.activityId, status: 'Cancelled', message: text });
  member.activityId = openActivity(engine, group, {
    description: `Terminating EC2 instance: ${member.instanceId}`,
    cause: at(engine, cause),
    status: member.registered.length > 0 ? 'WaitingForELBConnectionDraining' : 'InProgress',
    message: member.registered.length > 0 ? 'Waiting For ELB Connection Draining.' : '',
    progress: 50,
    zone: member.zone,
    subnetId: member.subnetId,
  }).id;
  member.lifecycle = 'Terminating';
  member.hooksDone = [];
  delete member.waiting;
  deregister(engine, member);
  engine.log(`group ${group.name}: terminating ${member.instanceId}: ${cause}`);
  engine.save();
}

/** Pulls the instance down in EC2, once nothing holds it any more. */
export function endInstance(engine: Engine, member: Member): void {
  if (findInstance(engine, member.instanceId)) terminateInstances(engine, [member.instanceId], 'service');
}

/** Forgets a member whose instance is gone. */
export function forgetMember(engine: Engine, group: Group, member: Member): void {
  closeActivity(engine, group, { id: member.activityId, status: 'Successful' });
  delete group.members[member.instanceId];
  engine.save();
}
