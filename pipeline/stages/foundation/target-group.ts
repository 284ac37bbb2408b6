import {
  CreateTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** Target group with quick checks (2 x 5 s up, 3 x 5 s down), sticky sessions for sockjs' XHR fallback. Returns its ARN. */
export async function ensureTargetGroup(ctx: Context, target: Target, vpc: string): Promise<string> {
  const found =
    (await findTargetGroup(ctx, namesOf(target).targetGroup)) ?? (await createTargetGroup(ctx, target, vpc));
  const arn = found.TargetGroupArn ?? '';
  if (found.Port !== target.instance.port) {
    throw new DeployError(
      'foundation',
      `instance.port is ${target.instance.port}, but the target group sends to ${found.Port}`,
      {
        hint: `set instance.port back to ${found.Port}: AWS cannot change the port of a target group in use`,
      },
    );
  }
  if (found.HealthCheckPath !== target.health.path) {
    await ctx.aws.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: arn, ...healthCheck(target) }));
  }
  await ensureAttributes(ctx, target, arn);
  return arn;
}

async function findTargetGroup(ctx: Context, name: string): Promise<TargetGroup | undefined> {
  try {
    return (await ctx.aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }))).TargetGroups?.[0];
  } catch (error) {
    if (isAwsError(error, 'TargetGroupNotFoundException')) return undefined;
    throw error;
  }
}

async function createTargetGroup(ctx: Context, target: Target, vpc: string): Promise<TargetGroup> {
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
  return created;
}

const healthCheck = (target: Target) => ({
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: target.health.path,
  HealthCheckIntervalSeconds: 5,
  HealthCheckTimeoutSeconds: 4,
  HealthyThresholdCount: 2,
  UnhealthyThresholdCount: 3,
  Matcher: { HttpCode: '200' },
});

async function ensureAttributes(ctx: Context, target: Target, arn: string): Promise<void> {
  const wanted: Record<string, string> = {
    'deregistration_delay.timeout_seconds': String(target.balancer.deregistrationDelaySeconds),
    'stickiness.enabled': 'true',
    'stickiness.type': 'lb_cookie',
    'stickiness.lb_cookie.duration_seconds': '86400',
  };
  const { Attributes } = await ctx.aws.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }));
  const present = tagRecord(Attributes);
  const changed = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (changed.length === 0) return;
  const attributes = changed.map(([Key, Value]) => ({ Key, Value }));
  await ctx.aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes: attributes }));
}
