import { type AutoScalingGroup, paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling';
import type { Context } from '../context.ts';
import { versionOf } from '../launches.ts';
import { filtersOf, tagKeys, tagRecord } from '../names.ts';
import { targetHealth, type World } from '../observe.ts';
import type { Spares } from '../spares.ts';
import type { Target } from '../target.ts';

/** All machines in reserve. Only reads. */
export async function findSpares(
  ctx: Context,
  target: Target,
  { targetGroup }: Pick<World, 'targetGroup'>,
): Promise<Spares[]> {
  const groups: AutoScalingGroup[] = [];
  const request = { Filters: filtersOf(target, 'spare') };
  for await (const page of paginateDescribeAutoScalingGroups({ client: ctx.aws.autoScaling }, request)) {
    // Looked at again, since what is found may be deleted: an endpoint that knows no filters answers with all groups.
    groups.push(...(page.AutoScalingGroups ?? []).filter((group) => isSpare(target, group)));
  }
  const hasMachines = groups.some(({ Instances = [] }) => Instances.length > 0);
  const health = hasMachines && targetGroup ? await targetHealth(ctx, targetGroup) : new Map<string, never>();
  return groups.map((group) => sparesOf(group, (id) => health.get(id)?.state));
}

function isSpare({ app, environment }: Target, { Tags }: AutoScalingGroup): boolean {
  const tags = tagRecord(Tags);
  return tags[tagKeys.app] === app && tags[tagKeys.environment] === environment && tags[tagKeys.role] === 'spare';
}

function sparesOf(group: AutoScalingGroup, healthOf: (id: string) => string | undefined): Spares {
  return {
    group: group.AutoScalingGroupName ?? '',
    release: `v${Number(versionOf(group))}`,
    until: new Date(tagRecord(group.Tags)[tagKeys.until] ?? 0),
    desired: group.DesiredCapacity ?? 0,
    machines: (group.Instances ?? []).map(({ InstanceId: id = '', LifecycleState: lifecycle = '' }) => ({
      id,
      lifecycle,
      health: healthOf(id),
    })),
    isLeaving: group.Status !== undefined,
  };
}
