import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  paginateDescribeImages,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { paginateDescribeLoadBalancers, paginateDescribeTargetGroups } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { failed, ok, warning, worst, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import type { World } from '../../core/observe.ts';
import { batchOf } from '../../core/plan-minutes.ts';
import type { Target } from '../../core/target.ts';

/** One limit of the account, with what is used of it and what the next deploy needs on top. */
export interface Quota {
  what: string;
  service: string;
  code: string;
  /** Undefined when AWS does not say. */
  limit: number | undefined;
  used: number;
  needed: number;
}

/** Pages: ec2-instance-quotas.html, ami-quotas.html, application/load-balancer-limits.html. */
const quotas = {
  vcpus: { what: 'vCPUs of standard instances', service: 'ec2', code: 'L-1216C47A' },
  addresses: { what: 'Elastic IP addresses', service: 'ec2', code: 'L-0263D0A3' },
  amis: { what: 'AMIs', service: 'ec2', code: 'L-B665C33B' },
  balancers: { what: 'application load balancers', service: 'elasticloadbalancing', code: 'L-53DA6B97' },
  targetGroups: { what: 'target groups', service: 'elasticloadbalancing', code: 'L-B22855CB' },
};

export function judgeQuotas(seen: readonly Quota[]): Verdict {
  const known = seen.filter(({ limit }) => limit !== undefined);
  const good = known.map(({ what, used, limit }) => `${used} of ${limit} ${what}`).join(', ');
  const unknown = seen.length > known.length ? `; AWS does not say how many ${namesOf(seen)} there may be` : '';
  return worst(known.map(judgeQuota), `${good}${unknown}`);
}

const namesOf = (seen: readonly Quota[]): string =>
  seen
    .filter(({ limit }) => limit === undefined)
    .map(({ what }) => what)
    .join(' and ');

function judgeQuota({ what, service, code, limit = 0, used, needed }: Quota): Verdict {
  // Nothing that a deploy could do about it.
  if (needed === 0) return ok('');
  const after = used + needed;
  const text = `${used} of ${limit} ${what} are used`;
  const ask = (wanted: number) =>
    `ask for more: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted}`;
  if (after > limit) return failed(`${text}, a deploy needs ${needed} more`, ask(after * 2));
  return after > limit * 0.9 ? warning(`${text}, a deploy takes ${needed} more for a while`, ask(limit * 2)) : ok(text);
}

/** Families that share one quota: A, C, D, H, I, M, R, T and Z. */
const isStandard = (type: string): boolean => /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/.test(type);

/** Asks Service Quotas, and counts. */
export async function checkQuotas(ctx: Context, target: Target, world: World): Promise<Verdict> {
  const [vcpus, addresses, amis, balancers, targetGroups] = await Promise.all([
    countVcpus(ctx, target, world),
    countAddresses(ctx),
    countImages(ctx),
    countBalancers(ctx),
    countTargetGroups(ctx),
  ]);
  const isNew = world.balancer ? 0 : 1;
  const counts = [
    ...(isStandard(target.instance.type) ? [{ ...quotas.vcpus, ...vcpus }] : []),
    // None for a deploy: the addresses of a load balancer and of machines are no Elastic ones.
    ...(addresses === undefined ? [] : [{ ...quotas.addresses, used: addresses, needed: 0 }]),
    { ...quotas.amis, used: amis, needed: 1 },
    { ...quotas.balancers, used: balancers, needed: isNew },
    { ...quotas.targetGroups, used: targetGroups, needed: isNew },
  ];
  return judgeQuotas(await Promise.all(counts.map((one) => withLimit(ctx, one))));
}

const withLimit = async (ctx: Context, counted: Omit<Quota, 'limit'>): Promise<Quota> => ({
  ...counted,
  limit: await findLimit(ctx, counted.service, counted.code),
});

async function findLimit(ctx: Context, ServiceCode: string, QuotaCode: string): Promise<number | undefined> {
  try {
    const request = new GetServiceQuotaCommand({ ServiceCode, QuotaCode });
    return (await ctx.aws.serviceQuotas.send(request)).Quota?.Value;
  } catch (error) {
    if (isAwsError(error, 'NoSuchResourceException', 'AccessDeniedException')) return undefined;
    throw error;
  }
}

/** The next deploy: a batch of new machines beside the old ones, or the first ones, and the builder. */
async function countVcpus(ctx: Context, target: Target, { fleet }: World): Promise<{ used: number; needed: number }> {
  const { type, fallbackTypes } = target.instance;
  const builder = target.bake.instanceType ?? type;
  const running = (await runningTypes(ctx)).filter(isStandard);
  const sizes = await vcpusOf(ctx, [...new Set([...running, type, ...fallbackTypes, builder])]);
  const first = target.fleet.desired ?? target.fleet.min;
  const machines = fleet ? batchOf(fleet.desired, target.rollout.batch) : first;
  const sizeOf = (name: string) => sizes.get(name) ?? 0;
  return {
    used: running.reduce((sum, name) => sum + sizeOf(name), 0),
    needed: machines * Math.max(...[type, ...fallbackTypes].map(sizeOf)) + sizeOf(builder),
  };
}

async function runningTypes(ctx: Context): Promise<string[]> {
  const types: string[] = [];
  const request = { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] };
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ctx.aws.ec2 }, request)) {
    types.push(...Reservations.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceType ?? '')));
  }
  return types;
}

async function vcpusOf(ctx: Context, types: string[]): Promise<Map<string, number>> {
  const request = new DescribeInstanceTypesCommand({ InstanceTypes: types as 't3.small'[] });
  const { InstanceTypes = [] } = await ctx.aws.ec2.send(request);
  return new Map(InstanceTypes.map((one) => [one.InstanceType ?? '', one.VCpuInfo?.DefaultVCpus ?? 0]));
}

/** Undefined where policies printed earlier do not let us look. */
async function countAddresses(ctx: Context): Promise<number | undefined> {
  try {
    const { Addresses = [] } = await ctx.aws.ec2.send(new DescribeAddressesCommand({}));
    return Addresses.filter(({ Domain }) => Domain === 'vpc').length;
  } catch (error) {
    if (isAwsError(error, 'UnauthorizedOperation')) return undefined;
    throw error;
  }
}

async function countImages(ctx: Context): Promise<number> {
  let count = 0;
  for await (const { Images = [] } of paginateDescribeImages({ client: ctx.aws.ec2 }, { Owners: ['self'] })) {
    count += Images.length;
  }
  return count;
}

async function countBalancers(ctx: Context): Promise<number> {
  let count = 0;
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client: ctx.aws.elbv2 }, {})) {
    count += LoadBalancers.filter(({ Type }) => Type === 'application').length;
  }
  return count;
}

async function countTargetGroups(ctx: Context): Promise<number> {
  let count = 0;
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client: ctx.aws.elbv2 }, {})) {
    count += TargetGroups.length;
  }
  return count;
}
