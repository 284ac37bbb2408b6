import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/** Where machines and balancer live: one subnet a zone, at least two zones. */
export interface Network {
  vpc: string;
  subnets: string[];
}

/** Finds VPC and subnets; never creates any. Throws `settings` or `foundation` when they do not span two zones. */
export async function findNetwork(ctx: Context, target: Target): Promise<Network> {
  const vpc = target.network.vpc ?? (await defaultVpc(ctx, target));
  const subnets = await subnetsOf(ctx, target, vpc);
  const chosen = target.network.subnets ? subnets : onePerZone(await offering(ctx, target, subnets));
  const zones = new Set(chosen.map((subnet) => subnet.AvailabilityZone));
  if (zones.size < 2) {
    const names = chosen.map((subnet) => `${subnet.SubnetId} in ${subnet.AvailabilityZone}`).join(', ');
    const [code, what] = target.network.subnets
      ? ['settings' as const, 'network.subnets']
      : ['foundation' as const, vpc];
    throw new DeployError(code, `${what} spans ${zones.size} of the two zones that a load balancer needs: ${names}`, {
      hint: 'name subnets in at least two availability zones in network.subnets of redeploy.json',
    });
  }
  return { vpc, subnets: chosen.map((subnet) => subnet.SubnetId ?? '') };
}

async function defaultVpc(ctx: Context, target: Target): Promise<string> {
  const filter = { Name: 'is-default', Values: ['true'] };
  const { Vpcs } = await ctx.aws.ec2.send(new DescribeVpcsCommand({ Filters: [filter] }));
  const id = Vpcs?.[0]?.VpcId;
  if (id) return id;
  throw new DeployError('foundation', `region ${target.region} has no default VPC`, {
    hint: 'name a VPC in network.vpc of redeploy.json, or run `aws ec2 create-default-vpc`',
  });
}

async function subnetsOf(ctx: Context, target: Target, vpc: string): Promise<Subnet[]> {
  const wanted = target.network.subnets;
  const filters = [{ Name: 'vpc-id', Values: [vpc] }];
  if (!wanted && !target.network.vpc) filters.push({ Name: 'default-for-az', Values: ['true'] });
  const { Subnets = [] } = await ctx.aws.ec2.send(new DescribeSubnetsCommand({ Filters: filters }));
  if (!wanted) return Subnets;
  const unknown = wanted.filter((id) => !Subnets.some((subnet) => subnet.SubnetId === id));
  if (unknown.length === 0) return Subnets.filter((subnet) => wanted.includes(subnet.SubnetId ?? ''));
  throw new DeployError(
    'settings',
    `network.subnets: ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not in ${vpc}`,
    {
      hint: `the subnets there are ${Subnets.map((subnet) => subnet.SubnetId).join(', ') || 'none'}`,
    },
  );
}

/** Not every zone has every instance type: us-east-1e knows no t3 at all. */
async function offering(ctx: Context, target: Target, subnets: Subnet[]): Promise<Subnet[]> {
  const types = [...new Set([target.instance.type, target.bake.instanceType ?? target.instance.type])];
  const zones = await Promise.all(types.map((type) => zonesWith(ctx, type)));
  return subnets.filter((subnet) => zones.every((offered) => offered.has(subnet.AvailabilityZone ?? '')));
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
  for (const subnet of subnets.toSorted((a, b) => (a.SubnetId ?? '').localeCompare(b.SubnetId ?? ''))) {
    const zone = subnet.AvailabilityZone ?? '';
    if (!zones.has(zone)) zones.set(zone, subnet);
  }
  return [...zones.values()];
}
