import type { Facts, FactsById } from './facts.ts';
import type { Group, Member, Mix, Refresh, TemplateRef } from './state.ts';

/** Everything that decisions about one group are made from. */
export interface View {
  group: Group;
  facts: FactsById;
  now: number;
  /** How long the group takes to believe the load balancer's word on a new instance. */
  elbEvaluationMs: number;
}

export const isTerminating = ({ lifecycle }: Member): boolean => lifecycle.startsWith('Terminat');
const isPending = ({ lifecycle }: Member): boolean => lifecycle.startsWith('Pending');

/** Members that count towards the desired capacity: in service or on the way there. */
export const counted = (group: Group): Member[] =>
  Object.values(group.members).filter((member) => isPending(member) || member.lifecycle === 'InService');

const unknown: Facts = { ec2: 'gone', ec2Healthy: false, elb: 'none', drained: true };
export const factsFor = (view: View, { instanceId }: Member): Facts => view.facts[instanceId] ?? unknown;

/** Why an instance in service cannot be relied on yet; undefined when it can. */
export function whyNotServing(view: View, member: Member): string | undefined {
  const { ec2, ec2Healthy, elb } = factsFor(view, member);
  if (member.lifecycle !== 'InService' || ec2 !== 'running') return noData(member, 'Amazon EC2');
  if (member.health !== 'Healthy' || !ec2Healthy) return `${member.instanceId} is unhealthy`;
  return view.group.healthCheckType === 'ELB' ? whyNotBelieved(view, member, elb) : undefined;
}

function whyNotBelieved(view: View, member: Member, elb: Facts['elb']): string | undefined {
  if (elb === 'none') return undefined;
  if (elb === 'unhealthy') return `${member.instanceId} has failed health checks with Elastic Load Balancing`;
  const known = elb === 'healthy' && view.now >= (member.inServiceAt ?? view.now) + view.elbEvaluationMs;
  return known ? undefined : noData(member, 'Elastic Load Balancing');
}

const noData = ({ instanceId }: Member, by: string) =>
  `${instanceId} has insufficient data to evaluate its health with ${by}`;

/** Healthy, with its warm-up behind it. */
export const isReady = (view: View, member: Member, warmupSeconds: number): boolean =>
  whyNotServing(view, member) === undefined && !isWarming(view, member, warmupSeconds);

export const isWarming = (view: View, member: Member, warmupSeconds: number): boolean =>
  view.now < (member.inServiceAt ?? view.now) + warmupSeconds * 1000;

const activeStatuses: ReadonlySet<string> = new Set([
  'Pending',
  'InProgress',
  'Baking',
  'Cancelling',
  'RollbackInProgress',
]);

/** The one refresh that is under way, if any. */
export const activeRefresh = (group: Group): Refresh | undefined =>
  group.refreshes.find(({ status }) => activeStatuses.has(status));

/** What new instances are launched from: during a refresh its desired configuration, scale-outs included. */
export function launchesFrom(group: Group): { template: TemplateRef; mix: Mix | undefined } {
  const refresh = activeRefresh(group);
  const forward = refresh && ['Pending', 'InProgress', 'Baking'].includes(refresh.status);
  const { template, mix } = forward && refresh.desired ? refresh : { template: group.launchTemplate, mix: group.mix };
  return { template, mix };
}
