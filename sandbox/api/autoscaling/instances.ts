import type * as client from '@aws-sdk/client-auto-scaling';
import { openActivity } from '../../engine/autoscaling/activities.ts';
import { graceEnd } from '../../engine/autoscaling/judge-health.ts';
import type { Activity, Group, Member } from '../../engine/autoscaling/state.ts';
import { deregister } from '../../engine/autoscaling/targets.ts';
import { beginTermination } from '../../engine/autoscaling/terminate.ts';
import type { Engine } from '../../engine/engine.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { activityShape } from './activities.ts';
import { findInstanceOfGroup, findLiveGroup, invalid, membersOf } from './find.ts';
import { page } from './page.ts';
import { instanceShape } from './shape.ts';

type Asg = typeof client;

const describeInstances: HandlerFor<Asg, 'DescribeAutoScalingInstances'> = (input, { engine }) => {
  const wanted = input.InstanceIds ?? [];
  const all = Object.values(engine.state.autoscaling.groups).flatMap((group) =>
    Object.values(group.members).map((member) => instanceShape(group, member)),
  );
  const found = all.filter(({ InstanceId = '' }) => wanted.length === 0 || wanted.includes(InstanceId));
  const { items, ...rest } = page(found, input, { usual: 50, most: 50 });
  return { AutoScalingInstances: items, ...rest };
};

const setHealth: HandlerFor<Asg, 'SetInstanceHealth'> = (input, { engine }) => {
  const { group, member } = findInstanceOfGroup(engine, input.InstanceId);
  if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy') {
    throw invalid(`Invalid health status '${input.HealthStatus}': Healthy or Unhealthy expected`);
  }
  const graced = member.inServiceAt === undefined || engine.clock.now() < graceEnd(group, member.inServiceAt);
  if (graced && (input.ShouldRespectGracePeriod ?? true)) return;
  member.health = input.HealthStatus;
  member.cause = 'an instance was taken out of service in response to a user health-check.';
};

const decrementTexts = {
  terminate: 'Terminating instance without replacement',
  standby: 'Placing the instances in Standby',
};

/** Lowers the desired capacity by `count`; not below the minimum. */
function decrement(group: Group, count: number, act: keyof typeof decrementTexts): void {
  if (group.desired - count < group.minSize) {
    throw invalid(
      `Currently, desiredSize equals minSize (${group.minSize}). ${decrementTexts[act]} will violate group's min size ` +
        `constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  group.desired -= count;
}

const terminate: HandlerFor<Asg, 'TerminateInstanceInAutoScalingGroup'> = (input, { engine }) => {
  const { group, member } = findInstanceOfGroup(engine, input.InstanceId ?? '');
  if (input.ShouldDecrementDesiredCapacity) decrement(group, 1, 'terminate');
  beginTermination(engine, group, member, 'instance was taken out of service in response to a user request.');
  const activity = group.activities.find(({ id }) => id === member.activityId);
  return activity ? { Activity: activityShape(group, activity) } : {};
};

function standbyActivity(engine: Engine, group: Group, member: Member, way: 'to' | 'out of'): Activity {
  return openActivity(engine, group, {
    description: `Moving EC2 instance ${way} Standby: ${member.instanceId}`,
    cause: `instance ${member.instanceId} was moved ${way} standby in response to a user request.`,
    status: 'Successful',
    progress: 100,
    endedAt: engine.clock.now(),
    zone: member.zone,
    subnetId: member.subnetId,
  });
}

const enterStandby: HandlerFor<Asg, 'EnterStandby'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const members = membersOf(group, input.InstanceIds);
  const other = members.find(({ lifecycle }) => lifecycle !== 'InService');
  if (other) throw invalid(`The instance ${other.instanceId} is not in InService.`);
  if (input.ShouldDecrementDesiredCapacity) decrement(group, members.length, 'standby');
  for (const member of members) {
    deregister(engine, member);
    member.lifecycle = 'EnteringStandby';
  }
  return { Activities: members.map((one) => activityShape(group, standbyActivity(engine, group, one, 'to'))) };
};

const exitStandby: HandlerFor<Asg, 'ExitStandby'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const members = membersOf(group, input.InstanceIds);
  const other = members.find(({ lifecycle }) => lifecycle !== 'Standby');
  if (other) throw invalid(`The instance ${other.instanceId} is not in Standby.`);
  if (group.desired + members.length > group.maxSize) {
    throw invalid(`AutoScalingGroup: ${group.name} has max-size=${group.maxSize}. Leaving Standby would exceed it.`);
  }
  group.desired += members.length;
  for (const member of members) member.lifecycle = 'Pending';
  return { Activities: members.map((one) => activityShape(group, standbyActivity(engine, group, one, 'out of'))) };
};

export const instanceOperations: Operations<Asg> = {
  DescribeAutoScalingInstances: describeInstances,
  SetInstanceHealth: setHealth,
  TerminateInstanceInAutoScalingGroup: terminate,
  EnterStandby: enterStandby,
  ExitStandby: exitStandby,

  SetInstanceProtection: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    for (const member of membersOf(group, input.InstanceIds)) member.protected = input.ProtectedFromScaleIn;
    return {};
  },
};
