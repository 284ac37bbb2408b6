import type * as client from '@aws-sdk/client-auto-scaling';
import { targetsOf } from '../../engine/autoscaling/facts.ts';
import type { Group } from '../../engine/autoscaling/state.ts';
import { deregister } from '../../engine/autoscaling/targets.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { page } from './page.ts';
import { checkTargetGroups } from './settings.ts';

/** `InService` as soon as one instance is healthy there; `Added` before. */
function stateOf(engine: Engine, group: Group, arn: string): string {
  const healthy = Object.keys(group.members).some((id) =>
    targetsOf(engine, [arn], id).some(({ target }) => target.state === 'healthy'),
  );
  return healthy ? 'InService' : 'Added';
}

export const targetGroupOperations: Operations<typeof client> = {
  AttachLoadBalancerTargetGroups: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    checkTargetGroups(engine, input.TargetGroupARNs);
    group.targetGroupArns = [...new Set([...group.targetGroupArns, ...input.TargetGroupARNs])];
    return {};
  },

  DetachLoadBalancerTargetGroups: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    const gone = new Set(input.TargetGroupARNs);
    if (input.TargetGroupARNs.some((arn) => !group.targetGroupArns.includes(arn))) {
      throw invalid('Trying to remove Target Groups that are not part of the group');
    }
    group.targetGroupArns = group.targetGroupArns.filter((arn) => !gone.has(arn));
    for (const member of Object.values(group.members)) {
      deregister(engine, member, input.TargetGroupARNs);
      member.registered = member.registered.filter((arn) => !gone.has(arn));
    }
    return {};
  },

  DescribeLoadBalancerTargetGroups: (input, { engine }) => {
    const group = findGroup(engine, input.AutoScalingGroupName);
    const { items, ...rest } = page(group.targetGroupArns, input, { usual: 100, most: 100 });
    return {
      LoadBalancerTargetGroups: items.map((arn) => ({
        LoadBalancerTargetGroupARN: arn,
        State: stateOf(engine, group, arn),
      })),
      ...rest,
    };
  },
};
