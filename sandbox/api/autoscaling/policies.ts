import type * as client from '@aws-sdk/client-auto-scaling';
import type { Group, Policy } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { page } from './page.ts';

const shape = (group: Group, policy: Policy): client.ScalingPolicy => ({
  AutoScalingGroupName: group.name,
  PolicyName: policy.name,
  PolicyARN: policy.arn,
  PolicyType: policy.type,
  StepAdjustments: [],
  Alarms: alarmsOf(group, policy),
  Enabled: policy.enabled,
  ...(policy.warmupSeconds !== undefined && { EstimatedInstanceWarmup: policy.warmupSeconds }),
  ...(policy.targetTracking && { TargetTrackingConfiguration: { DisableScaleIn: false, ...policy.targetTracking } }),
});

/** The two alarms that Auto Scaling makes for a target tracking policy (API_PutScalingPolicy.html). */
function alarmsOf(group: Group, { arn }: Policy): client.Alarm[] {
  const [, , , region = '', account = '', , id = ''] = arn.split(':');
  return ['AlarmHigh', 'AlarmLow'].map((kind) => {
    const name = `TargetTracking-${group.name}-${kind}-${id}`;
    return { AlarmName: name, AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` };
  });
}

const policyArn = (engine: Engine, group: Group, name: string): string =>
  `${group.arn.replace(':autoScalingGroup:', `:scalingPolicy:${engine.id('e').slice(-16)}:`)}:policyName/${name}`;

/** Policies are stored and described; nothing measures load in the sandbox, so none of them acts. */
export const policyOperations: Operations<typeof client> = {
  PutScalingPolicy: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    const { PolicyName: name, TargetTrackingConfiguration: targetTracking } = input;
    if (input.PolicyType !== 'TargetTrackingScaling') throw invalid('The sandbox has target tracking policies only');
    if (!targetTracking) throw invalid('TargetTrackingConfiguration is required for TargetTrackingScaling');
    const policy: Policy = {
      name,
      arn: group.policies[name]?.arn ?? policyArn(engine, group, name),
      type: 'TargetTrackingScaling',
      enabled: input.Enabled ?? true,
      targetTracking,
      ...(input.EstimatedInstanceWarmup !== undefined && { warmupSeconds: input.EstimatedInstanceWarmup }),
    };
    group.policies[name] = policy;
    return { PolicyARN: policy.arn, Alarms: alarmsOf(group, policy) };
  },

  DescribePolicies: (input, { engine }) => {
    const groups =
      input.AutoScalingGroupName === undefined
        ? Object.values(engine.state.autoscaling.groups)
        : [findGroup(engine, input.AutoScalingGroupName)];
    const { PolicyNames: names = [] } = input;
    const found = groups
      .flatMap((group) => Object.values(group.policies).map((policy) => shape(group, policy)))
      .filter(({ PolicyName = '', PolicyARN = '' }) =>
        names.length === 0 ? true : names.includes(PolicyName) || names.includes(PolicyARN),
      );
    const { items, ...rest } = page(found, input);
    return { ScalingPolicies: items, ...rest };
  },

  DeletePolicy: ({ AutoScalingGroupName, PolicyName }, { engine }) => {
    const groups =
      AutoScalingGroupName === undefined
        ? Object.values(engine.state.autoscaling.groups)
        : [findGroup(engine, AutoScalingGroupName)];
    const isMeant = (policy: Policy) => policy.arn === PolicyName || policy.name === PolicyName;
    for (const group of groups) {
      for (const policy of Object.values(group.policies).filter(isMeant)) {
        delete group.policies[policy.name];
        return;
      }
    }
    throw invalid(`Policy ${PolicyName} does not exist`);
  },
};
