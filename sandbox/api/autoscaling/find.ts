import type { Engine } from '../../engine/engine.ts';
import { findMember } from '../../engine/autoscaling/lifecycle.ts';
import type { Group, Member } from '../../engine/autoscaling/state.ts';
import { AwsError } from '../error.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** Throws `ValidationError`, as Auto Scaling has no NotFound error for groups. */
export function findGroup(engine: Engine, name: string): Group {
  const group = engine.state.autoscaling.groups[name];
  if (!group) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
  return group;
}

/** A group that can still be changed. Throws `ValidationError`. */
export function findLiveGroup(engine: Engine, name: string): Group {
  const group = findGroup(engine, name);
  if (group.deleting) throw invalid(`AutoScalingGroup ${name} is pending delete`);
  return group;
}

/** An instance of any group. Throws `ValidationError`. */
export function findInstanceOfGroup(engine: Engine, instanceId: string): { group: Group; member: Member } {
  const found = findMember(engine, instanceId);
  if (!found) throw invalid(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
  return found;
}

/** Instances of one group. Throws `ValidationError` for the first that is not in it. */
export function membersOf(group: Group, instanceIds: string[] = []): Member[] {
  return instanceIds.map((id) => {
    const member = group.members[id];
    if (!member) throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    return member;
  });
}
