import { paginateDescribeImages, type Image } from '@aws-sdk/client-ec2';
import { accountOf } from '../core/account.ts';
import type { Context } from '../core/context.ts';
import type { Belongings, RoleBelonging } from '../core/destruction.ts';
import { filtersOf, namesOf, tagRecord } from '../core/names.ts';
import { findGroup, findReleases, observe } from '../core/observe.ts';
import { findSpares } from '../core/observe/spares.ts';
import { isOurs } from '../core/stranger.ts';
import type { Target } from '../core/target.ts';
import { isAlive } from './ami/judge-builder.ts';
import { findAllBuilders } from './ami/builder.ts';
import { findWholeBalancer } from './foundation/balancer.ts';
import { findLogGroup } from './foundation/logs.ts';
import { findNetwork } from './foundation/network.ts';
import { findRoles, type RoleView } from './foundation/roles.ts';
import { findSecret } from './foundation/secret.ts';
import { findSecurityGroups } from './foundation/security-groups.ts';

/** Looks for all that was made for the environment. AMIs that a release of `others` runs from stay out. Only reads. */
export async function findBelongings(ctx: Context, target: Target, others: readonly Target[]): Promise<Belongings> {
  const account = await accountOf(ctx);
  const [fleet, builders, balancer, images, securityGroups, roles, secret, logGroup] = await Promise.all([
    findFleet(ctx, target),
    findAllBuilders(ctx, target),
    findWholeBalancer(ctx, target),
    findImages(ctx, target, others),
    findSecurityIds(ctx, target),
    findRoles(ctx, target, account),
    findSecret(ctx, target),
    findLogGroup(ctx, target),
  ]);
  return {
    ...fleet,
    account,
    builders: builders.filter(isAlive).map(({ InstanceId = '' }) => InstanceId),
    balancer: isOurs(target, balancer?.tags) ? balancer?.arn : undefined,
    images,
    securityGroups,
    roles: roles.map(roleOf),
    secret: secret?.ARN,
    logGroup: logGroup?.logGroupName,
  };
}

/** The groups with their machines, and what they are made of. */
async function findFleet(ctx: Context, target: Target) {
  const [world, group] = await Promise.all([observe(ctx, target), findGroup(ctx, namesOf(target).group)]);
  const spares = await findSpares(ctx, target, world);
  const own = isOurs(target, tagRecord(group?.Tags)) ? (group?.Instances ?? []) : undefined;
  return {
    groups: [...(own ? [namesOf(target).group] : []), ...spares.map((one) => one.group)],
    machines: [
      ...(own ?? []).map(({ InstanceId = '' }) => InstanceId),
      ...spares.flatMap(({ machines }) => machines.map(({ id }) => id)),
    ],
    targetGroup: world.targetGroup,
    launchTemplate: world.releases.length > 0 ? namesOf(target).launchTemplate : undefined,
  };
}

async function findSecurityIds(ctx: Context, target: Target): Promise<string[]> {
  const { app, balancer, builder } = await findSecurityGroups(ctx, target, await findNetwork(ctx, target));
  return [app, balancer, builder].flatMap((one) => one?.GroupId ?? []);
}

const roleOf = ({ wanted: { name }, found }: RoleView): RoleBelonging => ({
  name,
  isThere: found.trust !== undefined,
  hasPolicy: found.policy !== undefined,
  hasProfile: found.profile !== undefined,
  isInProfile: found.profile?.includes(name) ?? false,
});

/** The same image on the same base is one AMI for all environments, tagged with the one that made it. */
async function findImages(ctx: Context, target: Target, others: readonly Target[]): Promise<Belongings['images']> {
  const releases = await Promise.all(others.map((other) => findReleases(ctx, other)));
  const inUse = new Set<string>(releases.flat().map(({ ami }) => ami));
  const found: Image[] = [];
  const request = { Filters: filtersOf(target, 'ami'), Owners: ['self'] };
  for await (const page of paginateDescribeImages({ client: ctx.aws.ec2 }, request)) found.push(...(page.Images ?? []));
  return found
    .filter(({ ImageId = '' }) => !inUse.has(ImageId))
    .map(({ ImageId: id = '', BlockDeviceMappings = [] }) => ({
      id,
      snapshots: BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
    }));
}
