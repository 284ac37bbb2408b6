import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTagsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  type CreateListenerCommandInput,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { addressOf } from '../../core/address.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagKeys, tagRecord, tagsOf } from '../../core/names.ts';
import { findBalancer, findGroup } from '../../core/observe.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown, until } from '../../core/wait.ts';
import type { Network } from './network.ts';
import { ensureTargetGroup } from './target-group.ts';

/** The public way in. */
export interface Balancer {
  arn: string;
  dnsName: string;
  /** Where people reach it without a domain of their own. */
  url: string;
  targetGroup: string;
}

/** Balancer, target group and listeners, as the settings say. Throws `foundation` when the name belongs to somebody else. */
export async function ensureBalancer(
  ctx: Context,
  target: Target,
  at: { network: Network; securityGroup: string },
): Promise<Balancer> {
  const { balancer: name } = namesOf(target);
  const [targetGroup, found] = await Promise.all([
    ensureTargetGroup(ctx, target, at.network.vpc),
    findBalancer(ctx, name),
  ]);
  if (found) await refuseStranger(ctx, target, found.arn);
  else await createBalancer(ctx, target, at);
  const { arn, dnsName } = await until(ctx, `load balancer ${name}`, { everyMs: 3000, forMs: 600_000 }, async () => {
    const now = await findBalancer(ctx, name);
    if (now?.state === 'active') return { done: now };
    if (now?.state === 'failed') throw new DeployError('foundation', `load balancer ${name} could not be set up`);
    return { pending: now ? `it is ${now.state}` : 'it does not show yet' };
  });
  await ensureAttributes(ctx, target, arn);
  await ensureListeners(ctx, target, { arn, targetGroup });
  return { arn, dnsName, url: addressOf(target, dnsName), targetGroup };
}

async function createBalancer(
  ctx: Context,
  target: Target,
  at: { network: Network; securityGroup: string },
): Promise<void> {
  const { balancer: name } = namesOf(target);
  const request = new CreateLoadBalancerCommand({
    Name: name,
    Type: 'application',
    Scheme: 'internet-facing',
    Subnets: at.network.subnets,
    SecurityGroups: [at.securityGroup],
    Tags: tagsOf(target, 'balancer'),
  });
  // The security group is seconds old.
  await onceKnown(ctx, `load balancer ${name}`, ['InvalidSecurityGroupException'], () => ctx.aws.elbv2.send(request));
}

/** Takes a balancer back that nothing stands behind yet: it would be billed by the hour. */
export async function removeIdleBalancer(ctx: Context, target: Target): Promise<void> {
  const names = namesOf(target);
  const [balancer, group] = await Promise.all([findBalancer(ctx, names.balancer), findGroup(ctx, names.group)]);
  if (!balancer || (group && !group.Status)) return;
  await ctx.aws.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.arn }));
}

async function refuseStranger(ctx: Context, target: Target, arn: string): Promise<void> {
  const { TagDescriptions } = await ctx.aws.elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  const tags = tagRecord(TagDescriptions?.[0]?.Tags);
  if (tags[tagKeys.app] === target.app && tags[tagKeys.environment] === target.environment) return;
  throw new DeployError(
    'foundation',
    `a load balancer named ${namesOf(target).balancer} exists and was not made by redeploy`,
    {
      hint: 'choose another app or environment name in redeploy.json',
    },
  );
}

async function ensureAttributes(ctx: Context, target: Target, arn: string): Promise<void> {
  const wanted: Record<string, string> = {
    'idle_timeout.timeout_seconds': String(target.balancer.idleTimeoutSeconds),
    'routing.http.drop_invalid_header_fields.enabled': 'true',
  };
  const { Attributes } = await ctx.aws.elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }));
  const present = tagRecord(Attributes);
  const changed = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (changed.length === 0) return;
  const attributes = changed.map(([Key, Value]) => ({ Key, Value }));
  await ctx.aws.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes: attributes }));
}

type Wanted = Pick<CreateListenerCommandInput, 'Port' | 'Protocol' | 'DefaultActions' | 'Certificates'>;

async function ensureListeners(ctx: Context, target: Target, at: { arn: string; targetGroup: string }): Promise<void> {
  const { Listeners = [] } = await ctx.aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: at.arn }));
  for (const wanted of listenersOf(target, at.targetGroup)) {
    const found = Listeners.find((listener) => listener.Port === wanted.Port);
    if (!found) await createListener(ctx, target, { ...wanted, LoadBalancerArn: at.arn });
    else if (!isLike(found, wanted))
      await ctx.aws.elbv2.send(new ModifyListenerCommand({ ...wanted, ListenerArn: found.ListenerArn }));
  }
}

async function createListener(
  ctx: Context,
  target: Target,
  wanted: Wanted & { LoadBalancerArn: string },
): Promise<void> {
  try {
    await ctx.aws.elbv2.send(new CreateListenerCommand({ ...wanted, Tags: tagsOf(target, 'listener') }));
  } catch (error) {
    if (isAwsError(error, 'DuplicateListenerException')) return;
    if (!isAwsError(error, 'InvalidConfigurationRequestException')) throw error;
    throw new DeployError('foundation', `the load balancer gets no port ${wanted.Port}: ${error.message}`, {
      hint: 'free the port, or choose another with balancer.httpPort in redeploy.json, then deploy again',
      cause: error,
    });
  }
}

/** HTTPS and a redirect to it, or HTTP alone. */
function listenersOf(target: Target, targetGroup: string): Wanted[] {
  const { certificate, httpPort, httpsPort } = target.balancer;
  const forward: Wanted['DefaultActions'] = [{ Type: 'forward', TargetGroupArn: targetGroup }];
  if (!certificate) return [{ Port: httpPort, Protocol: 'HTTP', DefaultActions: forward }];
  const redirect = { Protocol: 'HTTPS', Port: String(httpsPort), StatusCode: 'HTTP_301' } as const;
  return [
    { Port: httpsPort, Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate }], DefaultActions: forward },
    { Port: httpPort, Protocol: 'HTTP', DefaultActions: [{ Type: 'redirect', RedirectConfig: redirect }] },
  ];
}

/** Whether a listener already does what is wanted; of what AWS adds to its answer, only what we set counts. */
const isLike = (found: Listener, wanted: Wanted): boolean => traits(found) === traits(wanted);

function traits({ Protocol, DefaultActions, Certificates }: Listener | Wanted): string {
  const [action] = DefaultActions ?? [];
  const [certificate] = Certificates ?? [];
  return JSON.stringify([
    Protocol,
    action?.Type,
    action?.TargetGroupArn,
    action?.RedirectConfig?.Port,
    certificate?.CertificateArn,
  ]);
}
