import type { Action } from './actions.ts';
import { counted, factsFor, isReady } from './members.ts';
import type { View } from './members.ts';
import type { Group, Member } from './state.ts';

const inResponse = 'an instance was taken out of service in response to';

/** Finds members that turned unhealthy: EC2's word counts at once, the load balancer's after the grace period. */
export function judgeHealth(view: View): Action[] {
  if (view.group.suspended.includes('HealthCheck')) return [];
  return counted(view.group).flatMap((member) => {
    const cause = member.health === 'Healthy' ? unhealthyCause(view, member) : undefined;
    return cause ? [{ kind: 'unhealthy', instanceId: member.instanceId, cause }] : [];
  });
}

function unhealthyCause(view: View, member: Member): string | undefined {
  const { ec2, ec2Healthy, elb } = factsFor(view, member);
  if (ec2 === 'off' || ec2 === 'gone') {
    return `${inResponse} an EC2 health check indicating it has been terminated or stopped.`;
  }
  if (member.inServiceAt === undefined || view.now < graceEnd(view.group, member.inServiceAt)) return undefined;
  if (!ec2Healthy) return `${inResponse} an EC2 instance status checks failure.`;
  const failed = view.group.healthCheckType === 'ELB' && elb === 'unhealthy';
  return failed ? `${inResponse} an ELB system health check failure.` : undefined;
}

export const graceEnd = (group: Group, inServiceAt: number): number => inServiceAt + group.graceSeconds * 1000;

/** With an instance maintenance policy that launches first, unhealthy members stay until others stand in for them. */
export const launchesFirst = ({ maintenance }: Group): boolean =>
  maintenance !== undefined && maintenance.min === 100 && maintenance.max > 100;

/** Takes unhealthy members out; their replacements are launched because capacity is missing then. */
export function planReplacements(view: View): Action[] {
  const { group } = view;
  if (group.suspended.includes('ReplaceUnhealthy') || group.suspended.includes('Terminate')) return [];
  const warmup = group.defaultWarmupSeconds ?? 0;
  const ready = counted(group).filter((member) => isReady(view, member, warmup));
  if (launchesFirst(group) && ready.length < group.desired) return [];
  return counted(group)
    .filter(({ health }) => health === 'Unhealthy')
    .map(({ instanceId, cause = `${inResponse} a user health-check.` }) => ({ kind: 'terminate', instanceId, cause }));
}
