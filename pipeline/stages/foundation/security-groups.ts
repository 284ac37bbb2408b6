import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { changesOf, creation, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { eventually, onceKnown } from '../../core/wait.ts';
import type { Network } from './network.ts';
import { fromGroup, fromTheWorld, ruleDifference, rulesText } from './rules.ts';

const roles = ['balancer', 'app', 'builder'] as const;
type Role = (typeof roles)[number];

/** Ids of the groups. */
export type SecurityGroups = Record<Role, string>;
type Found = Record<Role, SecurityGroup | undefined>;

/** Looks for the three groups. */
export async function findSecurityGroups(ctx: Context, target: Target, network: Network): Promise<Found> {
  const [balancer, app, builder] = await Promise.all(
    roles.map((role) => findGroup(ctx, nameOf(target, role), network.vpc)),
  );
  return { balancer, app, builder };
}

/** World -> balancer -> app machines; nothing reaches the builder. */
export async function ensureSecurityGroups(ctx: Context, target: Target, network: Network): Promise<SecurityGroups> {
  const found = await findSecurityGroups(ctx, target, network);
  const ensure = async (role: Role) => found[role] ?? (await createGroup(ctx, target, role, network.vpc));
  const [balancer, app, builder] = await Promise.all([ensure('balancer'), ensure('app'), ensure('builder')]);
  const groups = { balancer, app, builder };
  for (const role of roles) await performAll(ctx, ruleActs(target, role, groups));
  return { balancer: idOf(balancer), app: idOf(app), builder: idOf(builder) };
}

/** What `ensureSecurityGroups` does about what was found. */
export function securityGroupChanges(target: Target, found: Found): Change[] {
  const groups = {
    balancer: found.balancer ?? fresh,
    app: found.app ?? fresh,
    builder: found.builder ?? fresh,
  };
  return roles.flatMap((role) => {
    const acts = ruleActs(target, role, groups);
    const what = `security group ${nameOf(target, role)}`;
    return found[role] ? changesOf(acts) : [creation(what, 'ec2:CreateSecurityGroup', acts)];
  });
}

/** A group right after it was made: an id that nobody knows yet, and no way in. */
const fresh: SecurityGroup = { GroupId: 'sg-new', IpPermissions: [] };

const idOf = (group: SecurityGroup): string => group.GroupId ?? '';

function nameOf(target: Target, role: Role): string {
  const names = namesOf(target);
  return { balancer: names.balancerSecurityGroup, app: names.appSecurityGroup, builder: names.builderSecurityGroup }[
    role
  ];
}

function wantedRules(target: Target, role: Role, groups: Record<Role, SecurityGroup>): IpPermission[] {
  const { httpPort, httpsPort, certificate } = target.balancer;
  const publicPorts = certificate ? [httpPort, httpsPort] : [httpPort];
  const rules = {
    balancer: publicPorts.map((port) => fromTheWorld(port)),
    app: [fromGroup(target.instance.port, idOf(groups.balancer))],
    builder: [],
  };
  return rules[role];
}

/** Makes the inbound rules exactly these: opens what is missing, closes what an earlier port or a hand has opened. */
function ruleActs(target: Target, role: Role, groups: Record<Role, SecurityGroup>): Act[] {
  const group = groups[role];
  const { missing, surplus } = ruleDifference(group.IpPermissions ?? [], wantedRules(target, role, groups));
  const what = `inbound rules of security group ${nameOf(target, role)}`;
  const open: Act = {
    change: {
      action: 'change',
      what,
      why: `${rulesText(missing)} is missing`,
      calls: ['ec2:AuthorizeSecurityGroupIngress'],
    },
    perform: (ctx) => openRules(ctx, group, missing),
  };
  const close: Act = {
    change: {
      action: 'change',
      what,
      why: `${rulesText(surplus)} is open and must not be`,
      calls: ['ec2:RevokeSecurityGroupIngress'],
    },
    perform: (ctx) => closeRules(ctx, group, surplus),
  };
  return [...(missing.length > 0 ? [open] : []), ...(surplus.length > 0 ? [close] : [])];
}

/** All or none of a call's rules are added: where one is there already, since another run was quicker, each is asked for alone. */
async function openRules(ctx: Context, group: SecurityGroup, rules: IpPermission[]): Promise<void> {
  const { GroupId } = group;
  try {
    await onceKnown(ctx, `security group ${GroupId}`, ['InvalidGroup.NotFound'], () =>
      ctx.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: rules })),
    );
  } catch (error) {
    if (!isAwsError(error, 'InvalidPermission.Duplicate')) throw error;
    if (rules.length > 1) for (const rule of rules) await openRules(ctx, group, [rule]);
  }
}

const closeRules = (ctx: Context, { GroupId }: SecurityGroup, IpPermissions: IpPermission[]) =>
  tolerate(
    'InvalidPermission.NotFound',
    ctx.aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions })),
  );

async function tolerate(name: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAwsError(error, name)) throw error;
  }
}

async function createGroup(ctx: Context, target: Target, role: Role, vpc: string): Promise<SecurityGroup> {
  const name = nameOf(target, role);
  const { stem } = namesOf(target);
  const descriptions = { balancer: 'Load balancer', app: 'Machines', builder: 'AMI builder' };
  const tags = tagsOf(target, role, { Name: name });
  const request = new CreateSecurityGroupCommand({
    GroupName: name,
    Description: `${descriptions[role]} of ${stem}`,
    VpcId: vpc,
    TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
  });
  await tolerate('InvalidGroup.Duplicate', ctx.aws.ec2.send(request));
  return await eventually(ctx, `security group ${name}`, () => findGroup(ctx, name, vpc));
}

async function findGroup(ctx: Context, name: string, vpc: string): Promise<SecurityGroup | undefined> {
  const Filters = [
    { Name: 'group-name', Values: [name] },
    { Name: 'vpc-id', Values: [vpc] },
  ];
  return (await ctx.aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups?.[0];
}
