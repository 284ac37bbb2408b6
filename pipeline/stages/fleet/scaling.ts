import {
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
export type Scaling = readonly ScalingPolicy[];

/** All policies of the group; none when there is no group. */
export async function findScaling(ctx: Context, target: Target): Promise<Scaling> {
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

/** Puts the policies that are missing or different. */
export function scalingActs(target: Target, found: Scaling): Act[] {
  const { group } = namesOf(target);
  return Object.entries(wantedPolicies(target)).flatMap(([name, wanted]) => {
    const there = found.find(({ PolicyName }) => PolicyName === name);
    if (there && goalOf(there.TargetTrackingConfiguration) === goalOf(wanted)) return [];
    const request = { AutoScalingGroupName: group, PolicyName: name, PolicyType: 'TargetTrackingScaling' };
    const wish = `${goalOf(wanted)} is wanted`;
    const why = there ? `it aims at ${goalOf(there.TargetTrackingConfiguration)}, ${wish}` : `it is not there, ${wish}`;
    return {
      change: {
        action: there ? 'change' : 'create',
        what: `scaling policy ${name} of ${group}`,
        why,
        calls: ['autoscaling:PutScalingPolicy'],
      },
      perform: (ctx) =>
        ctx.aws.autoScaling.send(new PutScalingPolicyCommand({ ...request, TargetTrackingConfiguration: wanted })),
    } satisfies Act;
  });
}

/** Policies that somebody added. */
export const strangePolicies = (target: Target, found: Scaling): Left[] =>
  found
    .filter(({ PolicyName = '' }) => !Object.hasOwn(wantedPolicies(target), PolicyName))
    .map(({ PolicyName }) => ({
      what: `scaling policy ${PolicyName} of ${namesOf(target).group}`,
      why: 'redeploy.json knows no such policy; capacity belongs to the group, so it is left to you',
    }));

const wantedPolicies = (target: Target): Record<string, TargetTrackingConfiguration> => ({
  cpu: {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
    TargetValue: target.fleet.targetCpuPercent,
  },
});

/** `60 ASGAverageCPUUtilization`. */
const goalOf = (tracking: TargetTrackingConfiguration | undefined): string =>
  `${tracking?.TargetValue} ${tracking?.PredefinedMetricSpecification?.PredefinedMetricType ?? 'of another metric'}`;
