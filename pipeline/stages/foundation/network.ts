import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { tagRecord } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { findWaysOut } from './ways-out.ts';

/** Where machines and balancer live. */
export interface Network {
  vpc: string;
  /** Of the machines. */
  subnets: string[];
  /** One a zone, at least two zones, among them those of the machines. */
  balancerSubnets: { id: string; zone: string }[];
  /** Whether machines get a public address; undefined: as their subnet says, which holds for default subnets. */
  publicAddress: boolean | undefined;
}

/**
 * Finds VPC and subnets; never creates any. Throws `settings` or `foundation` when they do not span two zones, or when machines
 * there could not reach AWS, or nobody the balancer.
 */
export async function findNetwork(ctx: Context, target: Target): Promise<Network> {
  const { network } = target;
  const vpc = network.vpc === undefined ? await defaultVpc(ctx, target) : await findVpc(ctx, network.vpc);
  const all = await subnetsOf(ctx, vpc, network.vpc === undefined && network.subnets === undefined);
  const machines = network.subnets
    ? chosen(all, { key: 'network.subnets', names: network.subnets, vpc })
    : onePerZone(await offering(ctx, target, all));
  const balancer = network.balancerSubnets
    ? chosen(all, { key: 'network.balancerSubnets', names: network.balancerSubnets, vpc })
    : machines;
  refuseZones(target, { vpc, machines, balancer });
  const isUsual = Object.values(network).every((key) => key === undefined);
  const publicAddress = isUsual ? undefined : await findWaysOut(ctx, target, { vpc, machines, balancer });
  return {
    vpc,
    subnets: machines.map(idOf),
    balancerSubnets: balancer.map((subnet) => ({ id: idOf(subnet), zone: zoneOf(subnet) })),
    publicAddress,
  };
}

const idOf = ({ SubnetId = '' }: Subnet): string => SubnetId;
const zoneOf = ({ AvailabilityZone = '' }: Subnet): string => AvailabilityZone;

async function defaultVpc(ctx: Context, target: Target): Promise<string> {
  const filter = { Name: 'is-default', Values: ['true'] };
  const { Vpcs } = await ctx.aws.ec2.send(new DescribeVpcsCommand({ Filters: [filter] }));
  const id = Vpcs?.[0]?.VpcId;
  if (id) return id;
  throw new DeployError('foundation', `region ${target.region} has no default VPC`, {
    hint: 'name a VPC in network.vpc of redeploy.json, or run `aws ec2 create-default-vpc`',
  });
}

/** By id, or by its tag Name. Throws `settings` when there is none, or more than one. */
async function findVpc(ctx: Context, wanted: string): Promise<string> {
  const { Vpcs = [] } = await ctx.aws.ec2.send(new DescribeVpcsCommand({}));
  const found = Vpcs.filter(({ VpcId, Tags }) => VpcId === wanted || tagRecord(Tags)['Name'] === wanted);
  const [one, ...others] = found;
  if (one?.VpcId && others.length === 0) return one.VpcId;
  const there = (found.length > 0 ? found : Vpcs)
    .map(({ VpcId, Tags }) => [VpcId, tagRecord(Tags)['Name']].filter(Boolean).join(' '))
    .join(', ');
  const what = found.length === 0 ? 'is no VPC of this region' : `is the name of ${found.length} VPCs`;
  throw new DeployError('settings', `network.vpc: "${wanted}" ${what}`, { hint: `name one by its id: ${there}` });
}

async function subnetsOf(ctx: Context, vpc: string, isDefault: boolean): Promise<Subnet[]> {
  const filters = [{ Name: 'vpc-id', Values: [vpc] }];
  if (isDefault) filters.push({ Name: 'default-for-az', Values: ['true'] });
  return (await ctx.aws.ec2.send(new DescribeSubnetsCommand({ Filters: filters }))).Subnets ?? [];
}

interface Wanted {
  key: string;
  /** Ids, or values of the tag Name, which several subnets may share. */
  names: readonly string[];
  vpc: string;
}

function chosen(all: Subnet[], { key, names, vpc }: Wanted): Subnet[] {
  const isNamed = (subnet: Subnet, name: string) => idOf(subnet) === name || tagRecord(subnet.Tags)['Name'] === name;
  const unknown = names.filter((name) => !all.some((subnet) => isNamed(subnet, name)));
  if (unknown.length === 0) return all.filter((subnet) => names.some((name) => isNamed(subnet, name)));
  const message = `${key}: ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not in ${vpc}`;
  throw new DeployError('settings', message, { hint: `the subnets there are ${all.map(nameOf).join(', ') || 'none'}` });
}

const nameOf = (subnet: Subnet): string =>
  [idOf(subnet), tagRecord(subnet.Tags)['Name']].filter((part) => part !== undefined).join(' ');

function refuseZones(target: Target, at: { vpc: string; machines: Subnet[]; balancer: Subnet[] }): void {
  const { subnets, balancerSubnets } = target.network;
  const key = balancerSubnets ? 'network.balancerSubnets' : 'network.subnets';
  const zones = at.balancer.map(zoneOf);
  const names = at.balancer.map((subnet) => `${idOf(subnet)} in ${zoneOf(subnet)}`).join(', ');
  if (new Set(zones).size < 2) {
    const isNamed = subnets ?? balancerSubnets;
    const [code, what] = isNamed ? (['settings', key] as const) : (['foundation', at.vpc] as const);
    const message = `${what} spans ${new Set(zones).size} of the two zones that a load balancer needs: ${names}`;
    const hint = `name subnets in at least two availability zones in ${key} of redeploy.json`;
    throw new DeployError(code, message, { hint });
  }
  if (new Set(zones).size < zones.length) {
    throw new DeployError('settings', `${key}: a load balancer takes one subnet a zone: ${names}`, {
      hint: balancerSubnets
        ? 'leave one of each zone'
        : 'name one of each zone, or those of the balancer in network.balancerSubnets',
    });
  }
  const blind = at.machines.filter((subnet) => !zones.includes(zoneOf(subnet)));
  if (blind.length === 0) return;
  const where = blind.map((subnet) => `${idOf(subnet)} in ${zoneOf(subnet)}`).join(', ');
  throw new DeployError('settings', `network.subnets: the load balancer does not reach into the zone of ${where}`, {
    hint: 'add a subnet of that zone to network.balancerSubnets',
  });
}

/** Not every zone has every instance type: us-east-1e knows no t3 at all. */
async function offering(ctx: Context, target: Target, subnets: Subnet[]): Promise<Subnet[]> {
  const types = [...new Set([target.instance.type, target.bake.instanceType ?? target.instance.type])];
  const zones = await Promise.all(types.map((type) => zonesWith(ctx, type)));
  return subnets.filter((subnet) => zones.every((offered) => offered.has(zoneOf(subnet))));
}

async function zonesWith(ctx: Context, type: string): Promise<Set<string>> {
  const filter = { Name: 'instance-type', Values: [type] };
  const request = new DescribeInstanceTypeOfferingsCommand({ LocationType: 'availability-zone', Filters: [filter] });
  const { InstanceTypeOfferings = [] } = await ctx.aws.ec2.send(request);
  if (InstanceTypeOfferings.length > 0) return new Set(InstanceTypeOfferings.map((offer) => offer.Location ?? ''));
  throw new DeployError('settings', `this region has no instance type "${type}"`, {
    hint: 'choose another instance.type in redeploy.json; `aws ec2 describe-instance-type-offerings` lists what there is',
  });
}

/** A balancer takes one subnet a zone (CreateLoadBalancer). Sorted, so that every run chooses the same. */
function onePerZone(subnets: Subnet[]): Subnet[] {
  const zones = new Map<string, Subnet>();
  for (const subnet of subnets.toSorted((a, b) => idOf(a).localeCompare(idOf(b)))) {
    if (!zones.has(zoneOf(subnet))) zones.set(zoneOf(subnet), subnet);
  }
  return [...zones.values()];
}
