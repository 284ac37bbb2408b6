import {
  DeletePolicyCommand,
  paginateDescribePolicies,
  PutScalingPolicyCommand,
  type ScalingPolicy,
  type TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { Act, Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** The group's scaling policies as they are. */
export type Policies = readonly ScalingPolicy[];

/** Names of the policies that are ours to put and to delete. */
const ours = new Set(['cpu', 'requests']);

/** All policies of the group; none when there is no group. */
export async function findPolicies(ctx: Context, target: Target): Promise<Policies> {
  const found: ScalingPolicy[] = [];
  const request = { AutoScalingGroupName: namesOf(target).group };
  try {
    for await (const page of paginateDescribePolicies({ client: ctx.aws.autoScaling }, request)) {
      found.push(...(page.ScalingPolicies ?? []));
    }
  } catch (error) {
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  return found;
}

/**
 * How a policy names the balancer whose requests it counts: the ends of both ARNs, as in
 * app/NAME/ID/targetgroup/NAME/ID (API_PredefinedMetricSpecification.html).
 */
export const requestLabel = (balancerArn: string, targetGroupArn: string): string =>
  `${balancerArn.split(':loadbalancer/').at(-1)}/${targetGroupArn.split(':').at(-1)}`;

/** Puts the policies that are missing or different, deletes those of ours that are not wanted any more. */
export function policyActs(target: Target, found: Policies, label: string): Act[] {
  const wanted = wantedPolicies(target, label);
  const surplus = found.filter(({ PolicyName = '' }) => ours.has(PolicyName) && !Object.hasOwn(wanted, PolicyName));
  return [
    ...Object.entries(wanted).flatMap(([name, tracking]) => putActs(target, found, { name, tracking })),
    ...surplus.map(({ PolicyName = '' }) => deleteAct(target, PolicyName)),
  ];
}

function putActs(
  target: Target,
  found: Policies,
  { name, tracking }: { name: string; tracking: TargetTrackingConfiguration },
): Act[] {
  const { group } = namesOf(target);
  const there = found.find(({ PolicyName }) => PolicyName === name);
  if (there && goalOf(there.TargetTrackingConfiguration) === goalOf(tracking)) return [];
  const request = { AutoScalingGroupName: group, PolicyName: name, PolicyType: 'TargetTrackingScaling' };
  const wish = `${goalOf(tracking)} is wanted`;
  const why = there ? `it aims at ${goalOf(there.TargetTrackingConfiguration)}, ${wish}` : `it is not there, ${wish}`;
  return [
    {
      change: {
        action: there ? 'change' : 'create',
        what: `scaling policy ${name} of ${group}`,
        why,
        calls: ['autoscaling:PutScalingPolicy'],
      },
      perform: (ctx) =>
        ctx.aws.autoScaling.send(new PutScalingPolicyCommand({ ...request, TargetTrackingConfiguration: tracking })),
    },
  ];
}

function deleteAct(target: Target, PolicyName: string): Act {
  const { group } = namesOf(target);
  return {
    change: {
      action: 'delete',
      what: `scaling policy ${PolicyName} of ${group}`,
      why: 'redeploy.json does not ask for it any more',
      calls: ['autoscaling:DeletePolicy'],
    },
    perform: (ctx) => ctx.aws.autoScaling.send(new DeletePolicyCommand({ AutoScalingGroupName: group, PolicyName })),
  };
}

/** Policies that somebody added. */
export const strangePolicies = (target: Target, found: Policies): Left[] =>
  found
    .filter(({ PolicyName = '' }) => !ours.has(PolicyName))
    .map(({ PolicyName }) => ({
      what: `scaling policy ${PolicyName} of ${namesOf(target).group}`,
      why: 'redeploy.json knows no such policy; capacity belongs to the group, so it is left to you',
    }));

function wantedPolicies({ fleet }: Target, ResourceLabel: string): Record<string, TargetTrackingConfiguration> {
  const cpu: TargetTrackingConfiguration = {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
    TargetValue: fleet.targetCpuPercent,
  };
  if (fleet.targetRequestsPerMinute === undefined) return { cpu };
  const requests: TargetTrackingConfiguration = {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
    TargetValue: fleet.targetRequestsPerMinute,
  };
  return { cpu, requests };
}

/** `60 ASGAverageCPUUtilization`. */
function goalOf(tracking: TargetTrackingConfiguration | undefined): string {
  const { PredefinedMetricType: metric = 'of another metric', ResourceLabel: label } =
    tracking?.PredefinedMetricSpecification ?? {};
  return `${tracking?.TargetValue} ${metric}${label === undefined ? '' : ` of ${label}`}`;
}
