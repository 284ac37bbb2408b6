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

/** Target group with the checks and the stickiness (for sockjs' XHR fallback) that the settings name. Returns its ARN. */
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
  const check = healthCheck(target);
  if (!sameCheck(found, check)) {
    await ctx.aws.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: arn, ...check }));
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

const healthCheck = ({ health }: Target) => ({
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: health.path,
  HealthCheckIntervalSeconds: health.intervalSeconds,
  HealthCheckTimeoutSeconds: health.timeoutSeconds,
  HealthyThresholdCount: health.healthyChecks,
  UnhealthyThresholdCount: health.unhealthyChecks,
  Matcher: { HttpCode: health.codes },
});

function sameCheck(found: TargetGroup, wanted: ReturnType<typeof healthCheck>): boolean {
  const { Matcher, ...plain } = wanted;
  const isSame = Object.entries(plain).every(([key, value]) => found[key as keyof typeof plain] === value);
  return isSame && found.Matcher?.HttpCode === Matcher.HttpCode;
}

/** The duration of a cookie that is switched off is nobody's business. */
const wantedAttributes = ({ balancer }: Target): Record<string, string> => ({
  'deregistration_delay.timeout_seconds': String(balancer.deregistrationDelaySeconds),
  'stickiness.enabled': String(balancer.stickiness),
  ...(balancer.stickiness && {
    'stickiness.type': 'lb_cookie',
    'stickiness.lb_cookie.duration_seconds': String(balancer.stickinessSeconds),
  }),
});

async function ensureAttributes(ctx: Context, target: Target, arn: string): Promise<void> {
  const { Attributes } = await ctx.aws.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }));
  const present = tagRecord(Attributes);
  const changed = Object.entries(wantedAttributes(target)).filter(([key, value]) => present[key] !== value);
  if (changed.length === 0) return;
  const attributes = changed.map(([Key, Value]) => ({ Key, Value }));
  await ctx.aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes: attributes }));
}
