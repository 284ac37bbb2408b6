import {
  CreateTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { changesOf, creation, differences, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** A target group as it is. */
export interface FoundTargetGroup {
  group: TargetGroup;
  attributes: Record<string, string>;
}

/** Target group with the checks and the stickiness (for sockjs' XHR fallback) that the settings name. Returns its ARN. */
export async function ensureTargetGroup(ctx: Context, target: Target, vpc: string): Promise<string> {
  const found = (await findTargetGroup(ctx, target)) ?? (await createTargetGroup(ctx, target, vpc));
  refuseOtherVpc(found, vpc);
  await performAll(ctx, targetGroupActs(target, found));
  return found.group.TargetGroupArn ?? '';
}

/** What `ensureTargetGroup` does about what was found. Throws `foundation` as it does. */
export function targetGroupChanges(target: Target, found: FoundTargetGroup | undefined, vpc: string): Change[] {
  const what = `target group ${namesOf(target).targetGroup}`;
  if (found) refuseOtherVpc(found, vpc);
  if (found) return changesOf(targetGroupActs(target, found));
  const call = 'elasticloadbalancing:CreateTargetGroup';
  return [creation(what, call, targetGroupActs(target, freshOf(target)))];
}

export async function findTargetGroup(ctx: Context, target: Target): Promise<FoundTargetGroup | undefined> {
  const name = namesOf(target).targetGroup;
  try {
    const { TargetGroups } = await ctx.aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    const group = TargetGroups?.[0];
    return group && (await withAttributes(ctx, group));
  } catch (error) {
    if (isAwsError(error, 'TargetGroupNotFoundException')) return undefined;
    throw error;
  }
}

async function withAttributes(ctx: Context, group: TargetGroup): Promise<FoundTargetGroup> {
  const request = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group.TargetGroupArn });
  return { group, attributes: tagRecord((await ctx.aws.elbv2.send(request)).Attributes) };
}

function targetGroupActs(target: Target, { group, attributes }: FoundTargetGroup): Act[] {
  refuseOtherPort(target, group);
  return [...healthCheckActs(target, group), ...attributeActs(target, group, attributes)];
}

function refuseOtherPort(target: Target, { Port }: TargetGroup): void {
  if (Port === target.instance.port) return;
  const message = `instance.port is ${target.instance.port}, but the target group sends to ${Port}`;
  throw new DeployError('foundation', message, {
    hint: `set instance.port back to ${Port}: AWS cannot change the port of a target group in use`,
  });
}

function refuseOtherVpc({ group }: FoundTargetGroup, vpc: string): void {
  if (group.VpcId === vpc) return;
  throw new DeployError('foundation', `network.vpc is ${vpc}, but the environment lives in ${group.VpcId}`, {
    hint: 'AWS moves no load balancer to another VPC: set network.vpc back, or deploy there as an environment of another name',
  });
}

function healthCheckActs(target: Target, group: TargetGroup): Act[] {
  const wanted = healthCheck(target);
  const { changed, why } = differences(flat(group), flat(wanted));
  if (Object.keys(changed).length === 0) return [];
  return [
    {
      change: {
        action: 'change',
        what: `health check of target group ${namesOf(target).targetGroup}`,
        why,
        calls: ['elasticloadbalancing:ModifyTargetGroup'],
      },
      perform: (ctx) =>
        ctx.aws.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: group.TargetGroupArn, ...wanted })),
    },
  ];
}

/** Numbers and the matcher as text, so that they can be compared and told. */
const flat = (check: TargetGroup | ReturnType<typeof healthCheck>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(check).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : `${value}`]),
  );

const healthCheck = ({ health }: Target) => ({
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: health.path,
  HealthCheckIntervalSeconds: health.intervalSeconds,
  HealthCheckTimeoutSeconds: health.timeoutSeconds,
  HealthyThresholdCount: health.healthyChecks,
  UnhealthyThresholdCount: health.unhealthyChecks,
  Matcher: { HttpCode: health.codes },
});

/** The duration of a cookie that is switched off is nobody's business. */
const wantedAttributes = ({ balancer }: Target): Record<string, string> => ({
  'deregistration_delay.timeout_seconds': String(balancer.deregistrationDelaySeconds),
  'stickiness.enabled': String(balancer.stickiness),
  ...(balancer.stickiness && {
    'stickiness.type': 'lb_cookie',
    'stickiness.lb_cookie.duration_seconds': String(balancer.stickinessSeconds),
  }),
});

function attributeActs(target: Target, { TargetGroupArn }: TargetGroup, present: Record<string, string>): Act[] {
  const { changed, why } = differences(present, wantedAttributes(target));
  if (why === '') return [];
  const Attributes = Object.entries(changed).map(([Key, Value]) => ({ Key, Value }));
  return [
    {
      change: {
        action: 'change',
        what: `attributes of target group ${namesOf(target).targetGroup}`,
        why,
        calls: ['elasticloadbalancing:ModifyTargetGroupAttributes'],
      },
      perform: (ctx) => ctx.aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes })),
    },
  ];
}

/**
 * A group right after `createTargetGroup`, with the attributes that AWS gives it:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
 */
const freshOf = (target: Target): FoundTargetGroup => ({
  group: { Port: target.instance.port, ...healthCheck(target) },
  attributes: {
    'deregistration_delay.timeout_seconds': '300',
    'stickiness.enabled': 'false',
    'stickiness.type': 'lb_cookie',
    'stickiness.lb_cookie.duration_seconds': '86400',
  },
});

async function createTargetGroup(ctx: Context, target: Target, vpc: string): Promise<FoundTargetGroup> {
  const { TargetGroups } = await ctx.aws.elbv2.send(
    new CreateTargetGroupCommand({
      Name: namesOf(target).targetGroup,
      Protocol: 'HTTP',
      Port: target.instance.port,
      VpcId: vpc,
      TargetType: 'instance',
      ...healthCheck(target),
      Tags: tagsOf(target, 'target-group'),
    }),
  );
  const created = TargetGroups?.[0];
  if (!created) throw new DeployError('foundation', 'AWS made a target group and did not name it');
  return await withAttributes(ctx, created);
}
