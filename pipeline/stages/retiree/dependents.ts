import { paginateDescribeRouteTables, type RouteTable } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { askableName, isAddress } from '../../core/dns.ts';
import type { Finding } from '../../core/retire/finding.ts';
import type { Target } from '../../core/target.ts';
import type { Both } from './sides.ts';

/** What in AWS would act, or break, when an instance stops: its Auto Scaling group, and subnets that reach the world through it. */
export async function findDependents(ctx: Context, { machine }: Pick<Both, 'machine'>): Promise<Finding[]> {
  const group = machine.autoScalingGroup;
  const tables: RouteTable[] = [];
  for await (const { RouteTables = [] } of paginateDescribeRouteTables({ client: ctx.aws.ec2 }, {}))
    tables.push(...RouteTables);
  const routes = tables.flatMap(({ RouteTableId, Routes = [] }) =>
    Routes.filter(({ InstanceId }) => InstanceId === machine.id).map(({ DestinationCidrBlock }) => ({
      key: `route table ${RouteTableId}`,
      old: `sends ${DestinationCidrBlock ?? 'something'} through the machine`,
      new: 'leads nowhere once the machine is stopped',
    })),
  );
  if (group === undefined) return routes;
  const name = `Auto Scaling group ${group}`;
  return [
    { key: name, old: 'has the machine in it', new: 'terminates it as soon as it is stopped: detach it' },
    ...routes,
  ];
}

/**
 * Names that lead to neither side, as some resolver says: something stands in front, such as the proxies of a CDN, or another
 * load balancer. Then no resolver will ever show the new balancer.
 */
export async function findDetours(
  ctx: Context,
  { retire }: Target,
  { sides }: Pick<Both, 'sides'>,
): Promise<Finding[]> {
  const [resolver] = retire.resolvers;
  if (resolver === undefined) return [];
  const ask = async (name: string): Promise<string[]> => {
    if (isAddress(name)) return [name];
    return (await ctx.dns({ name, type: 'A', resolver }).catch(() => [])).map(({ value }) => value);
  };
  const expected = new Set([...(await ask(sides.old)), ...(await ask(sides.new))]);
  const found: Finding[] = [];
  for (const host of retire.hostnames) {
    const others = (await ask(askableName(host))).filter((address) => !expected.has(address));
    if (others.length === 0) continue;
    const asks = `leads to ${others.join(', ')} (says ${resolver}): something stands in front, or it is another machine's`;
    found.push({ key: 'leads elsewhere', host, old: asks, new: 'is shown by no resolver while that stands in front' });
  }
  return found;
}
