import type { Engine } from '../engine.ts';

/** Who needs the security group: an instance that is not terminated, a balancer, or another group's rule; undefined if nobody. */
export function groupUser(engine: Engine, groupId: string): string | undefined {
  const { ec2, elb } = engine.state;
  const instance = Object.values(ec2.instances).find(
    ({ state, securityGroupIds }) => state !== 'terminated' && securityGroupIds.includes(groupId),
  );
  const balancer = Object.values(elb.loadBalancers).find(({ securityGroups }) => securityGroups.includes(groupId));
  const group = Object.values(ec2.securityGroups).find(
    ({ id, rules }) => id !== groupId && rules.some((rule) => rule.groupId === groupId),
  );
  return instance?.id ?? balancer?.arn ?? group?.id;
}
