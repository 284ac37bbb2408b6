import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  type Route,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

interface Place {
  vpc: string;
  machines: Subnet[];
  balancer: Subnet[];
}

/** What machines ask AWS for: images, settings, logs, tags. Without a way out, each needs an endpoint; S3 holds image layers and packages. */
const services = ['ecr.api', 'ecr.dkr', 'ec2', 'logs', 'secretsmanager', 's3'];

/**
 * Whether machines need a public address: they do where the way out is an internet gateway, and get none behind a NAT gateway
 * or the like. Throws `settings` where machines would have no way out, or where nobody could reach the balancer: a builder
 * without one would be billed until its time is over.
 */
export async function findWaysOut(ctx: Context, target: Target, { vpc, machines, balancer }: Place): Promise<boolean> {
  const inVpc = [{ Name: 'vpc-id', Values: [vpc] }];
  const { RouteTables = [] } = await ctx.aws.ec2.send(new DescribeRouteTablesCommand({ Filters: inVpc }));
  const wayOf = (subnet: Subnet) => judge(tableOf(RouteTables, subnet.SubnetId ?? ''));
  const unreachable = balancer.filter((subnet) => wayOf(subnet) !== 'internet gateway');
  if (unreachable.length > 0) throw noWayIn(target, unreachable);
  const ways = machines.map((subnet) => ({ id: subnet.SubnetId ?? '', way: wayOf(subnet) }));
  const broken = ways.filter(({ way }) => way === 'black hole').map(({ id }) => id);
  if (broken.length > 0) {
    throw new DeployError('settings', `network.subnets: the default route of ${broken.join(', ')} is a black hole`, {
      hint: 'its NAT gateway is gone: make another, and let the route table name it',
    });
  }
  const closed = ways.filter(({ way }) => way === 'none').map(({ id }) => id);
  if (closed.length > 0) await requireEndpoints(ctx, target, { vpc, closed });
  const open = ways.filter(({ way }) => way === 'internet gateway').map(({ id }) => id);
  if (open.length === 0 || open.length === ways.length) return open.length > 0;
  throw new DeployError('settings', `network.subnets: ${open.join(', ')} are public, the others are private`, {
    hint: 'choose all of a kind: all machines of a release are alike, with a public address or without',
  });
}

type Way = 'internet gateway' | 'other gateway' | 'black hole' | 'none';

/** A subnet that no table names uses the main one (VPC_Route_Tables.html). */
const tableOf = (tables: RouteTable[], subnet: string): RouteTable | undefined =>
  tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet)) ??
  tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));

function judge(table: RouteTable | undefined): Way {
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  if (!route) return 'none';
  if (route.State === 'blackhole') return 'black hole';
  return isInternetGateway(route) ? 'internet gateway' : 'other gateway';
}

const isInternetGateway = ({ GatewayId = '' }: Route): boolean => GatewayId.startsWith('igw-');

function noWayIn(target: Target, subnets: Subnet[]): DeployError {
  const key = target.network.balancerSubnets ? 'network.balancerSubnets' : 'network.subnets';
  const ids = subnets.map(({ SubnetId }) => SubnetId).join(', ');
  return new DeployError(
    'settings',
    `${key}: nobody reaches a load balancer in ${ids}: no route to an internet gateway`,
    {
      hint: target.network.balancerSubnets
        ? 'name public subnets there'
        : 'leave the private subnets to the machines, and name public ones in network.balancerSubnets',
    },
  );
}

async function requireEndpoints(
  ctx: Context,
  { region }: Target,
  { vpc, closed }: { vpc: string; closed: string[] },
): Promise<void> {
  const inVpc = [{ Name: 'vpc-id', Values: [vpc] }];
  const { VpcEndpoints = [] } = await ctx.aws.ec2.send(new DescribeVpcEndpointsCommand({ Filters: inVpc }));
  const there = new Set(VpcEndpoints.map(({ ServiceName }) => ServiceName));
  const missing = services.filter((service) => !there.has(`com.amazonaws.${region}.${service}`));
  if (missing.length === 0) return;
  const message = `network.subnets: machines in ${closed.join(', ')} have no way out: no route to a NAT gateway, no endpoint of ${missing.join(', ')}`;
  throw new DeployError('settings', message, {
    hint: 'add a route to a NAT gateway, or these VPC endpoints, or choose public subnets',
  });
}
