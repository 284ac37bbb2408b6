import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTagsCommand,
  ModifyLoadBalancerAttributesCommand,
  SetSubnetsCommand,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { changesOf, creation, differences, performAll, type Act, type Change, type Left } from '../../core/act.ts';
import { addressOf } from '../../core/address.ts';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import { findBalancer, findGroup, type World } from '../../core/observe.ts';
import { refuseStranger } from '../../core/stranger.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown, until } from '../../core/wait.ts';
import { findListeners, listenerActs, strangeListeners } from './listeners.ts';
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

/** A balancer as it is. */
export interface FoundBalancer {
  arn: string;
  dnsName: string;
  tags: Record<string, string>;
  attributes: Record<string, string>;
  /** Undefined for one that was just made, in the subnets that were wanted. */
  subnets: { id: string; zone: string }[] | undefined;
  listeners: Listener[];
}

/** Balancer, target group and listeners, as the settings say. Throws `foundation` when the name belongs to somebody else. */
export async function ensureBalancer(
  ctx: Context,
  target: Target,
  at: { network: Network; securityGroup: string; world: World },
): Promise<Balancer> {
  const { balancer: name } = namesOf(target);
  const [targetGroup, there] = await Promise.all([
    ensureTargetGroup(ctx, target, at.network.vpc),
    findWholeBalancer(ctx, target),
  ]);
  if (there) refuseStranger(target, `a load balancer named ${name}`, there.tags);
  else await createBalancer(ctx, target, at);
  const { arn, dnsName } = await until(ctx, `load balancer ${name}`, { everyMs: 3000, forMs: 600_000 }, async () => {
    const now = await findBalancer(ctx, name);
    if (now?.state === 'active') return { done: now };
    if (now?.state === 'failed') throw new DeployError('foundation', `load balancer ${name} could not be set up`);
    return { pending: now ? `it is ${now.state}` : 'it does not show yet' };
  });
  const found = there ?? { ...fresh, arn, dnsName };
  const subnets = balancerSubnets(at.network, there, at.world);
  await performAll(ctx, balancerActs(target, found, { targetGroup, subnets }));
  return { arn, dnsName, url: addressOf(target, dnsName), targetGroup };
}

/** What `ensureBalancer` does about the balancer that was found. Throws `foundation` as it does. */
export function balancerChanges(
  target: Target,
  found: FoundBalancer | undefined,
  wanted: { targetGroup: string | undefined; subnets: string[] },
): Change[] {
  const what = `load balancer ${namesOf(target).balancer}`;
  if (found) refuseStranger(target, `a ${what.replace('balancer', 'balancer named')}`, found.tags);
  const { targetGroup = 'arn:new', subnets } = wanted;
  const acts = balancerActs(target, found ?? fresh, { targetGroup, subnets });
  return found ? changesOf(acts) : [creation(what, 'elasticloadbalancing:CreateLoadBalancer', acts)];
}

/** What somebody added to the balancer, and a deploy leaves alone. */
export const leftOfBalancer = (target: Target, found: FoundBalancer | undefined): Left[] =>
  strangeListeners(target, found?.listeners ?? []);

/**
 * A balancer right after it was made, with the attributes that AWS gives it:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const fresh: FoundBalancer = {
  arn: 'arn:new',
  dnsName: '',
  tags: {},
  attributes: { 'idle_timeout.timeout_seconds': '60', 'routing.http.drop_invalid_header_fields.enabled': 'false' },
  subnets: undefined,
  listeners: [],
};

interface Wanted {
  targetGroup: string;
  subnets: string[];
}

const balancerActs = (target: Target, found: FoundBalancer, { targetGroup, subnets }: Wanted): Act[] => [
  ...subnetActs(target, found, subnets),
  ...attributeActs(target, found),
  ...listenerActs(target, { balancer: found.arn, targetGroup }, found.listeners),
];

export async function findWholeBalancer(ctx: Context, target: Target): Promise<FoundBalancer | undefined> {
  const found = await findBalancer(ctx, namesOf(target).balancer);
  if (!found) return undefined;
  const { arn, dnsName, subnets } = found;
  const [{ TagDescriptions }, { Attributes }, listeners] = await Promise.all([
    ctx.aws.elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] })),
    ctx.aws.elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn })),
    findListeners(ctx, arn),
  ]);
  return {
    arn,
    dnsName,
    subnets,
    listeners,
    tags: tagRecord(TagDescriptions?.[0]?.Tags),
    attributes: tagRecord(Attributes),
  };
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
    Subnets: at.network.balancerSubnets.map(({ id }) => id),
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

/**
 * Subnets of the balancer: those that are wanted, and for as long as machines run in other zones, what it has there. Without
 * them it would send nothing to these machines any more; the deploy after that lets them go.
 */
export function balancerSubnets({ balancerSubnets: wanted }: Network, found: FoundBalancer | undefined, world: World) {
  const zones = new Set(wanted.map(({ zone }) => zone));
  const inUse = new Set(world.fleet?.machines.map(({ zone }) => zone));
  const needed = (found?.subnets ?? []).filter(({ zone }) => !zones.has(zone) && inUse.has(zone));
  return [...wanted, ...needed].map(({ id }) => id);
}

function subnetActs(target: Target, { arn, subnets }: FoundBalancer, wanted: string[]): Act[] {
  const found = subnets?.map(({ id }) => id) ?? wanted;
  if (found.toSorted().join() === wanted.toSorted().join()) return [];
  return [
    {
      change: {
        action: 'change',
        what: `subnets of load balancer ${namesOf(target).balancer}`,
        why: `it is in ${found.join(', ')}; ${wanted.join(', ')} are wanted`,
        calls: ['elasticloadbalancing:SetSubnets'],
      },
      perform: (ctx) => ctx.aws.elbv2.send(new SetSubnetsCommand({ LoadBalancerArn: arn, Subnets: wanted })),
    },
  ];
}

function attributeActs(target: Target, { arn, attributes }: FoundBalancer): Act[] {
  const { changed, why } = differences(attributes, {
    'idle_timeout.timeout_seconds': String(target.balancer.idleTimeoutSeconds),
    'routing.http.drop_invalid_header_fields.enabled': 'true',
  });
  if (why === '') return [];
  const Attributes = Object.entries(changed).map(([Key, Value]) => ({ Key, Value }));
  return [
    {
      change: {
        action: 'change',
        what: `attributes of load balancer ${namesOf(target).balancer}`,
        why,
        calls: ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
      },
      perform: (ctx) =>
        ctx.aws.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes })),
    },
  ];
}
