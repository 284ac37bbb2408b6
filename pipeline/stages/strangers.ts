import { DescribeTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../core/context.ts';
import { tagRecord } from '../core/names.ts';
import { findGroup, type World } from '../core/observe.ts';
import { refuseStranger } from '../core/stranger.ts';
import type { Target } from '../core/target.ts';

/** Throws `foundation` when what has the names of this environment is not of this environment. Only reads. */
export async function refuseStrangers(ctx: Context, target: Target, world: World): Promise<void> {
  const [group, balancing] = await Promise.all([
    world.fleet && findGroup(ctx, world.fleet.name),
    tagsOfBalancing(ctx, world),
  ]);
  if (group) refuseStranger(target, `an Auto Scaling group named ${group.AutoScalingGroupName}`, tagRecord(group.Tags));
  for (const [arn, tags] of balancing) refuseStranger(target, arn, tags);
}

/** Tags of the balancer and its target group, by ARN. */
async function tagsOfBalancing(ctx: Context, { balancer, targetGroup }: World) {
  const arns = [balancer?.arn, targetGroup].filter((arn) => arn !== undefined);
  if (arns.length === 0) return [];
  const { TagDescriptions = [] } = await ctx.aws.elbv2.send(new DescribeTagsCommand({ ResourceArns: arns }));
  return TagDescriptions.map(({ ResourceArn = '', Tags }) => [ResourceArn, tagRecord(Tags)] as const);
}
