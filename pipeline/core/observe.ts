import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
  type Instance,
  type InstanceRefresh,
  paginateDescribeInstanceRefreshes,
} from '@aws-sdk/client-auto-scaling';
import { paginateDescribeLaunchTemplateVersions } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from './context.ts';
import { isAwsError } from './errors.ts';
import { versionOf } from './launches.ts';
import { findBuilders } from './observe/builders.ts';
import { launchTimes } from './observe/launch-times.ts';
import { namesOf } from './names.ts';
import { releaseOf, type Release, type ReleaseName } from './release.ts';
import type { Target } from './target.ts';

/** A machine of the fleet as group and balancer see it. */
export interface Machine {
  id: string;
  type: string;
  zone: string;
  release: ReleaseName;
  /** Auto Scaling's lifecycle state: Pending, InService, Terminating:Wait, … */
  lifecycle: string;
  /** The balancer's view: initial, healthy, unhealthy, draining, unused; `unknown` when it is not registered. */
  health: string;
  /** Why the balancer says so, in its own words. */
  healthReason: string | undefined;
  launchedAt: Date | undefined;
}

/** A roll of the fleet that runs or ran. */
export interface Roll {
  id: string;
  status: string;
  release: ReleaseName | undefined;
  percent: number;
  startedAt: Date | undefined;
  endedAt: Date | undefined;
  reason: string | undefined;
}

export interface Fleet {
  name: string;
  live: ReleaseName;
  /** Whether the group has a mixed instances policy: types to fall back on. */
  isMixed: boolean;
  min: number;
  desired: number;
  max: number;
  machines: Machine[];
}

/** Everything of one environment that can be seen, at one moment. */
export interface World {
  fleet: Fleet | undefined;
  /** Newest first. */
  releases: Release[];
  /** Newest first; AWS keeps six weeks. */
  rolls: Roll[];
  balancer: { arn: string; dnsName: string; state: string; subnets: { id: string; zone: string }[] } | undefined;
  targetGroup: string | undefined;
  /** Things that an interrupted run left and the next deploy adopts or removes. */
  halfMade: string[];
}

/** Statuses in which a roll still moves machines. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
const moving = new Set(['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress']);
export const isMoving = (roll: Pick<Roll, 'status'>): boolean => moving.has(roll.status);

/**
 * Looks at all that there is. Only reads. Whoever looks again and again hands in what was there `before`: releases and balancer
 * do not change while a roll is watched, and an account has few calls a second for all its tools.
 */
export async function observe(ctx: Context, target: Target, before?: World): Promise<World> {
  const { group: name } = namesOf(target);
  const isWhole = before?.balancer !== undefined && before.targetGroup !== undefined && before.releases.length > 0;
  const [group, rolls, surroundings] = await Promise.all([
    findGroup(ctx, name),
    findRolls(ctx, name),
    isWhole ? before : lookAround(ctx, target),
  ]);
  const { releases, balancer, targetGroup, halfMade } = surroundings;
  const health = targetGroup ? await targetHealth(ctx, targetGroup) : new Map<string, TargetView>();
  const fleet = group && (await fleetOf(ctx, { group, health, before: before?.fleet }));
  return { fleet, releases, rolls: rolls.map((refresh) => rollOf(refresh)), balancer, targetGroup, halfMade };
}

async function lookAround(ctx: Context, target: Target): Promise<Omit<World, 'fleet' | 'rolls'>> {
  const names = namesOf(target);
  const [releases, balancer, targetGroup, builders] = await Promise.all([
    findReleases(ctx, target),
    findBalancer(ctx, names.balancer),
    findTargetGroup(ctx, names.targetGroup),
    findBuilders(ctx, target),
  ]);
  const halfMade = builders.map((id) => `builder ${id} still exists: the next deploy takes it up or removes it`);
  return { releases, balancer, targetGroup, halfMade };
}

/** The group, unless it is not there or already going away. */
export async function findGroup(ctx: Context, name: string): Promise<AutoScalingGroup | undefined> {
  const answer = await ctx.aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return answer.AutoScalingGroups?.[0];
}

/** All releases, newest first. */
export async function findReleases(ctx: Context, target: Target): Promise<Release[]> {
  const releases: Release[] = [];
  try {
    const pages = paginateDescribeLaunchTemplateVersions(
      { client: ctx.aws.ec2 },
      { LaunchTemplateName: namesOf(target).launchTemplate },
    );
    for await (const page of pages) {
      releases.push(...(page.LaunchTemplateVersions ?? []).flatMap((version) => releaseOf(version) ?? []));
    }
  } catch (error) {
    if (!isAwsError(error, 'InvalidLaunchTemplateName.NotFoundException')) throw error;
  }
  return releases.toSorted((a, b) => b.number - a.number);
}

async function findRolls(ctx: Context, group: string): Promise<InstanceRefresh[]> {
  const rolls: InstanceRefresh[] = [];
  try {
    const pages = paginateDescribeInstanceRefreshes({ client: ctx.aws.autoScaling }, { AutoScalingGroupName: group });
    for await (const page of pages) rolls.push(...(page.InstanceRefreshes ?? []));
  } catch (error) {
    // No group, no rolls: AWS answers ValidationError for an unknown group name here.
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  return rolls;
}

export async function findBalancer(ctx: Context, name: string): Promise<World['balancer']> {
  try {
    const answer = await ctx.aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: [name] }));
    const found = answer.LoadBalancers?.[0];
    if (!found) return undefined;
    const { LoadBalancerArn: arn = '', DNSName: dnsName = '', AvailabilityZones = [] } = found;
    const subnets = AvailabilityZones.map(({ SubnetId: id = '', ZoneName: zone = '' }) => ({ id, zone }));
    return { arn, dnsName, state: found.State?.Code ?? '', subnets };
  } catch (error) {
    if (isAwsError(error, 'LoadBalancerNotFoundException')) return undefined;
    throw error;
  }
}

async function findTargetGroup(ctx: Context, name: string): Promise<string | undefined> {
  try {
    const answer = await ctx.aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return answer.TargetGroups?.[0]?.TargetGroupArn;
  } catch (error) {
    if (isAwsError(error, 'TargetGroupNotFoundException')) return undefined;
    throw error;
  }
}

interface TargetView {
  state: string;
  reason: string | undefined;
}

/** The balancer's view of every registered machine, by its id. */
export async function targetHealth(ctx: Context, targetGroup: string): Promise<Map<string, TargetView>> {
  const answer = await ctx.aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }));
  return new Map(
    (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => [
      Target?.Id ?? '',
      { state: TargetHealth?.State ?? 'unknown', reason: TargetHealth?.Description },
    ]),
  );
}

interface FleetParts {
  group: AutoScalingGroup;
  health: Map<string, TargetView>;
  before: Fleet | undefined;
}

async function fleetOf(ctx: Context, { group, health, before }: FleetParts): Promise<Fleet> {
  const { Instances: instances = [], AutoScalingGroupName: name = '' } = group;
  const ids = instances.map((instance) => instance.InstanceId ?? '');
  const launched = await launchTimes(ctx, ids, before?.machines);
  const { MinSize: min = 0, DesiredCapacity: desired = 0, MaxSize: max = 0 } = group;
  const machines = instances.map((instance) => machineOf(instance, health, launched));
  return {
    name,
    live: `v${Number(versionOf(group))}`,
    min,
    desired,
    max,
    machines,
    isMixed: group.MixedInstancesPolicy !== undefined,
  };
}

function machineOf(instance: Instance, health: Map<string, TargetView>, launched: Map<string, Date>): Machine {
  const { InstanceId: id = '', AvailabilityZone: zone = '', LifecycleState: lifecycle = '' } = instance;
  return {
    id,
    type: instance.InstanceType ?? '',
    zone,
    lifecycle,
    release: `v${Number(instance.LaunchTemplate?.Version)}`,
    health: health.get(id)?.state ?? 'unknown',
    healthReason: health.get(id)?.reason,
    launchedAt: launched.get(id),
  };
}

function rollOf(refresh: InstanceRefresh): Roll {
  const version = versionOf(refresh.DesiredConfiguration);
  return {
    id: refresh.InstanceRefreshId ?? '',
    status: refresh.Status ?? '',
    release: version === undefined ? undefined : `v${Number(version)}`,
    percent: refresh.PercentageComplete ?? 0,
    startedAt: refresh.StartTime,
    endedAt: refresh.EndTime,
    // Of a release that went back, the status tells of the way back only.
    reason: refresh.RollbackDetails?.RollbackReason ?? refresh.StatusReason,
  };
}
