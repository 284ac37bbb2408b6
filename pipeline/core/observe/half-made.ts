import {
  type Image,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../context.ts';
import { isAwsError } from '../errors.ts';
import { filtersOf, namesOf } from '../names.ts';
import { findGroup, isMoving, type World } from '../observe.ts';
import { releaseOf, type ReleaseName } from '../release.ts';
import { whyNoSpares } from '../spares.ts';
import type { Target } from '../target.ts';
import { findSpares } from './spares.ts';

/** What a run that was cut off, or a hand in the console, left in the middle. */
export type HalfMade =
  | { kind: 'builder'; id: string; launchedAt: Date | undefined }
  | { kind: 'image'; id: string; state: string }
  | { kind: 'snapshot'; id: string }
  /** A launch template version that is no release: it lost the race for its number. */
  | { kind: 'version'; number: number }
  /** A label that keeps settings which no release runs with. */
  | { kind: 'settings'; version: string; label: string }
  | { kind: 'roll'; to: ReleaseName | undefined; since: Date | undefined; status: string }
  | { kind: 'mixed'; releases: string[]; live: ReleaseName }
  | { kind: 'deleting' }
  | { kind: 'suspended'; processes: string[] }
  /** Machines in reserve that are no use any more. */
  | { kind: 'spares'; group: string; why: string }
  | { kind: 'balancer' };

/** Processes without which a fleet neither heals nor rolls; pausing others (AZRebalance) is a matter of taste. */
const vital = new Set([
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'HealthCheck',
  'ReplaceUnhealthy',
  'InstanceRefresh',
]);

/** Looks for everything half-made. Only reads. */
export async function findHalfMade(ctx: Context, target: Target, world: World): Promise<HalfMade[]> {
  const [builders, images, versions, settings, spares, group] = await Promise.all([
    findBuilders(ctx, target),
    findImages(ctx, target),
    findLostVersions(ctx, target),
    findSettings(ctx, target, world),
    findUselessSpares(ctx, target, world),
    findGroup(ctx, namesOf(target).group),
  ]);
  const processes = (group?.SuspendedProcesses ?? [])
    .map((one) => one.ProcessName ?? '')
    .filter((one) => vital.has(one));
  return [
    ...(group?.Status ? [{ kind: 'deleting' as const }] : []),
    ...(processes.length > 0 ? [{ kind: 'suspended' as const, processes }] : []),
    ...(group?.Status ? [] : inFleet(world)),
    ...(world.balancer && !group ? [{ kind: 'balancer' as const }] : []),
    ...builders,
    ...images,
    ...versions,
    ...settings,
    ...spares,
  ];
}

/** A roll that moves, or a fleet of several releases that none moves any more. */
function inFleet({ rolls, fleet }: World): HalfMade[] {
  const roll = rolls.find((one) => isMoving(one));
  if (roll) return [{ kind: 'roll', to: roll.release, since: roll.startedAt, status: roll.status }];
  const releases = [...new Set((fleet?.machines ?? []).filter(isStaying).map(({ release }) => release))];
  if (!fleet || releases.every((release) => release === fleet.live)) return [];
  return [{ kind: 'mixed', releases: releases.toSorted(), live: fleet.live }];
}

const isStaying = ({ lifecycle }: { lifecycle: string }): boolean => !lifecycle.startsWith('Terminat');

async function findBuilders(ctx: Context, target: Target): Promise<HalfMade[]> {
  const alive = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };
  const request = { Filters: [...filtersOf(target, 'builder'), alive] };
  const found: HalfMade[] = [];
  for await (const page of paginateDescribeInstances({ client: ctx.aws.ec2 }, request)) {
    for (const one of (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances)) {
      found.push({ kind: 'builder', id: one.InstanceId ?? '', launchedAt: one.LaunchTime });
    }
  }
  return found;
}

/** AMIs that are not ready, and snapshots whose AMI is gone. */
async function findImages(ctx: Context, target: Target): Promise<HalfMade[]> {
  const client = { client: ctx.aws.ec2 };
  const Filters = filtersOf(target, 'ami');
  const images: Image[] = [];
  for await (const page of paginateDescribeImages(client, { Filters, Owners: ['self'] })) {
    images.push(...(page.Images ?? []));
  }
  const found: HalfMade[] = images
    .filter(({ State }) => State !== 'available')
    .map(({ ImageId: id = '', State: state = '' }) => ({ kind: 'image', id, state }));
  const used = new Set(images.flatMap(snapshotsOf));
  for await (const page of paginateDescribeSnapshots(client, { Filters, OwnerIds: ['self'] })) {
    const ids = (page.Snapshots ?? []).map(({ SnapshotId = '' }) => SnapshotId).filter((id) => !used.has(id));
    found.push(...ids.map((id) => ({ kind: 'snapshot' as const, id })));
  }
  return found;
}

const snapshotsOf = ({ BlockDeviceMappings = [] }: Image): (string | undefined)[] =>
  BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId);

async function findLostVersions(ctx: Context, target: Target): Promise<HalfMade[]> {
  const found: HalfMade[] = [];
  const request = { LaunchTemplateName: namesOf(target).launchTemplate };
  try {
    for await (const page of paginateDescribeLaunchTemplateVersions({ client: ctx.aws.ec2 }, request)) {
      // The default version cannot be deleted, and a hand-made one may be it.
      const lost = (page.LaunchTemplateVersions ?? []).filter((one) => !releaseOf(one) && !one.DefaultVersion);
      found.push(...lost.map(({ VersionNumber: number = 0 }) => ({ kind: 'version' as const, number })));
    }
  } catch (error) {
    if (!isAwsError(error, 'InvalidLaunchTemplateName.NotFoundException')) throw error;
  }
  return found;
}

/** The newest settings stay: they may belong to a deploy that is under way. */
async function findSettings(ctx: Context, target: Target, { releases }: World): Promise<HalfMade[]> {
  const needed = new Set(releases.map(({ settingsVersion }) => settingsVersion));
  try {
    const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: namesOf(target).secret }));
    return Object.entries(secret.VersionIdsToStages ?? {}).flatMap(([version, labels]) =>
      needed.has(version) || labels.includes('AWSCURRENT')
        ? []
        : labels
            .filter((label) => label.startsWith('settings-'))
            .map((label) => ({ kind: 'settings' as const, version, label })),
    );
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return [];
    throw error;
  }
}

/** Those that serve during a roll are a rollback under way. */
async function findUselessSpares(ctx: Context, target: Target, world: World): Promise<HalfMade[]> {
  const isRolling = world.rolls.some((roll) => isMoving(roll));
  return (await findSpares(ctx, target, world)).flatMap((spares) => {
    const why = spares.isLeaving || isRolling ? undefined : whyNoSpares(spares, world, ctx.clock.now());
    return why === undefined ? [] : [{ kind: 'spares' as const, group: spares.group, why }];
  });
}

const removes = '`redeploy repair` removes it';

const texts: { [K in HalfMade['kind']]: (thing: Extract<HalfMade, { kind: K }>) => string } = {
  builder: ({ id }) => `builder ${id} still exists: the next deploy takes it up, ${removes}`,
  image: ({ id, state }) =>
    state === 'pending'
      ? `AMI ${id} is still pending: the next deploy takes it up`
      : `AMI ${id} is ${state}: ${removes}`,
  snapshot: ({ id }) => `snapshot ${id} belongs to no AMI any more: ${removes}`,
  version: ({ number }) => `launch template version ${number} is no release: ${removes}`,
  settings: ({ version }) => `settings ${version.slice(0, 8)} belong to no release: ${removes}`,
  roll: ({ to = 'another configuration', status, since }) =>
    `the fleet moves to ${to} (${status}) since ${since?.toISOString() ?? 'just now'}: if nobody watches, \`redeploy repair\` does`,
  mixed: ({ releases, live }) =>
    `machines of ${releases.join(' and ')} serve, ${live} is live: \`redeploy repair\` brings all to ${live}`,
  deleting: () => 'the group is being deleted: the next deploy waits for that and makes a new one',
  suspended: ({ processes }) =>
    `${processes.join(', ')} of the group are suspended, it neither heals nor rolls: \`redeploy repair\` resumes them`,
  spares: ({ group, why }) =>
    `machines in reserve (${group}) ${why}: the next deploy or ${removes.replace('it', 'them')}`,
  balancer: () => 'a load balancer without machines costs money: the next deploy puts machines behind it',
};

/** One line for people about a half-made thing: what it is, and what becomes of it. */
export function halfMadeText<K extends HalfMade['kind']>(thing: Extract<HalfMade, { kind: K }>): string {
  return texts[thing.kind](thing);
}
