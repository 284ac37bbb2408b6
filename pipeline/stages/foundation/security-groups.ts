import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { eventually, onceKnown } from '../../core/wait.ts';
import type { Network } from './network.ts';

export interface SecurityGroups {
  balancer: string;
  app: string;
  builder: string;
}

/** World -> balancer -> app machines; nothing reaches the builder. */
export async function ensureSecurityGroups(ctx: Context, target: Target, network: Network): Promise<SecurityGroups> {
  const names = namesOf(target);
  const ensure = (role: string, name: string, description: string) =>
    ensureGroup(ctx, target, { role, name, description, vpc: network.vpc });
  const [balancer, app, builder] = await Promise.all([
    ensure('balancer', names.balancerSecurityGroup, `Load balancer of ${names.stem}`),
    ensure('app', names.appSecurityGroup, `Machines of ${names.stem}`),
    ensure('builder', names.builderSecurityGroup, `AMI builder of ${names.stem}`),
  ]);
  const { httpPort, httpsPort, certificate } = target.balancer;
  const publicPorts = certificate ? [httpPort, httpsPort] : [httpPort];
  await ensureIngress(
    ctx,
    balancer,
    publicPorts.map((port) => fromTheWorld(port)),
  );
  await ensureIngress(ctx, app, [fromGroup(target.instance.port, balancer.GroupId ?? '')]);
  await ensureIngress(ctx, builder, []);
  return { balancer: balancer.GroupId ?? '', app: app.GroupId ?? '', builder: builder.GroupId ?? '' };
}

interface Wanted {
  role: string;
  name: string;
  description: string;
  vpc: string;
}

async function ensureGroup(ctx: Context, target: Target, wanted: Wanted): Promise<SecurityGroup> {
  const found = await findGroup(ctx, wanted);
  if (found) return found;
  try {
    await ctx.aws.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: wanted.name,
        Description: wanted.description,
        VpcId: wanted.vpc,
        TagSpecifications: [
          { ResourceType: 'security-group', Tags: tagsOf(target, wanted.role, { Name: wanted.name }) },
        ],
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'InvalidGroup.Duplicate')) throw error;
  }
  return await eventually(ctx, `security group ${wanted.name}`, () => findGroup(ctx, wanted));
}

async function findGroup(ctx: Context, wanted: Wanted): Promise<SecurityGroup | undefined> {
  const { SecurityGroups } = await ctx.aws.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'group-name', Values: [wanted.name] },
        { Name: 'vpc-id', Values: [wanted.vpc] },
      ],
    }),
  );
  return SecurityGroups?.[0];
}

/** Makes the inbound rules exactly these: opens what is missing, closes what was opened for an earlier port. */
async function ensureIngress(ctx: Context, group: SecurityGroup, wanted: IpPermission[]): Promise<void> {
  const present = group.IpPermissions ?? [];
  const missing = wanted.filter((rule) => !present.some((other) => keyOf(other) === keyOf(rule)));
  const surplus = present.filter((rule) => !wanted.some((other) => keyOf(other) === keyOf(rule)));
  if (missing.length > 0) {
    await tolerate(
      'InvalidPermission.Duplicate',
      onceKnown(ctx, `security group ${group.GroupId}`, ['InvalidGroup.NotFound'], () =>
        ctx.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions: missing })),
      ),
    );
  }
  if (surplus.length > 0) {
    await tolerate(
      'InvalidPermission.NotFound',
      ctx.aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions: surplus })),
    );
  }
}

async function tolerate(name: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAwsError(error, name)) throw error;
  }
}

const tcp = (port: number): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port });
const fromTheWorld = (port: number): IpPermission => ({
  ...tcp(port),
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  Ipv6Ranges: [{ CidrIpv6: '::/0' }],
});
const fromGroup = (port: number, group: string): IpPermission => ({
  ...tcp(port),
  UserIdGroupPairs: [{ GroupId: group }],
});

const keyOf = (rule: IpPermission): string =>
  JSON.stringify([
    rule.IpProtocol,
    rule.FromPort,
    rule.ToPort,
    sorted(rule.IpRanges, (range) => range.CidrIp),
    sorted(rule.Ipv6Ranges, (range) => range.CidrIpv6),
    sorted(rule.UserIdGroupPairs, (pair) => pair.GroupId),
  ]);

const sorted = <T>(items: T[] | undefined, textOf: (item: T) => string | undefined): string[] =>
  (items ?? []).map((item) => textOf(item) ?? '').sort();
