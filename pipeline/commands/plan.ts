import type { Change, Left } from '../core/act.ts';
import type { Bundle } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { costOf, type Bill, type Cost } from '../core/cost.ts';
import { observe, type World } from '../core/observe.ts';
import { batchOf, minutesOf, minutesTogether, type PlanStage } from '../core/plan-minutes.ts';
import type { Prices } from '../core/prices.ts';
import type { ReleaseName, ReleaseParts } from '../core/release.ts';
import type { Target } from '../core/target.ts';
import { planAmi, type AmiPlan } from '../stages/ami/plan.ts';
import { checkSource, planBundle } from '../stages/bundle.ts';
import { checkHealth } from '../stages/fleet/check-health.ts';
import { checkTopic } from '../stages/fleet/check-topic.ts';
import { checkTypes } from '../stages/fleet/check-types.ts';
import { planFleet } from '../stages/fleet/plan.ts';
import { planRelease } from '../stages/fleet/release-version.ts';
import type { Network } from '../stages/foundation/network.ts';
import { planFoundation, type FoundationPlan } from '../stages/foundation.ts';
import { planImage } from '../stages/image/plan.ts';
import { readPayload } from '../stages/payload.ts';
import { readPrices, refreshPrices } from '../stages/prices.ts';
import { refuseStrangers } from '../stages/strangers.ts';
import { liveNumber, publicHost } from './deploy.ts';

export interface PlanOptions {
  /** A bundle made elsewhere: directory or tar.gz. */
  bundle?: string;
  /** Whether to look prices up in AWS's price list first. */
  prices?: boolean;
}

/** One step of a deploy: what it would change, or what it would use as it is. */
export interface PlanStep {
  stage: PlanStage;
  changes: Change[];
  /** What is there and stays, when nothing changes. */
  reused: string | undefined;
  /** How long it takes, roughly. 0: no time to speak of. */
  minutes: number;
}

/** What `redeploy deploy` would do now. Plain JSON. */
export interface Plan {
  app: string;
  environment: string;
  region: string;
  live: ReleaseName | undefined;
  steps: PlanStep[];
  /** Whether a deploy would change anything. */
  hasChanges: boolean;
  /** How long all of it takes, roughly. */
  minutes: number;
  cost: Cost;
  /** What is otherwise than a deploy would make it, and stays so. */
  left: Left[];
  halfMade: string[];
  /** A roll that a deploy would wait for. The rest is as of now. */
  waitsFor: string | undefined;
}

/**
 * Looks and says what a deploy would do, deciding by the same functions. Builds nothing and changes nothing: of sources that
 * were not built here yet it can only say that bundle, image and AMI are new. Throws for everything that deploy would refuse.
 */
export async function plan(ctx: Context, target: Target, options: PlanOptions = {}): Promise<Plan> {
  const payload = await readPayload(ctx, target);
  const [world, prices] = await Promise.all([
    observe(ctx, target),
    findPrices(ctx, target, options),
    checkSource(ctx, target, options),
    checkTypes(ctx, target),
    checkTopic(ctx, target),
  ]);
  await refuseStrangers(ctx, target, world);
  await checkHealth(ctx, target, world, publicHost(target, payload));
  const [foundation, made] = await Promise.all([
    planFoundation(ctx, target, { payload, world }),
    planMakers(ctx, target, options),
  ]);
  const parts = partsOf(foundation, made);
  const live = liveNumber(world);
  const { release, changes } = await planRelease(ctx, target, parts, { releases: world.releases, live });
  const fleet = await planFleet(ctx, target, { world, release, subnets: foundation.network.subnets });
  const { bundle, image, ami } = made;
  const machines = world.fleet?.desired ?? target.fleet.desired ?? target.fleet.min;
  const stepOf = (stage: PlanStage, changed: Change[], reused: string): PlanStep => ({
    stage,
    changes: changed,
    reused: changed.length === 0 ? reused : undefined,
    minutes: minutesOf(stage, changed, target, machines),
  });
  const steps: PlanStep[] = [
    stepOf('foundation', foundation.changes, 'everything is as redeploy.json says'),
    stepOf('bundle', bundle.changes, bundleText(bundle.bundle)),
    stepOf('image', image.changes, `${image.known?.digest.slice(0, 19)} is in ECR`),
    stepOf('ami', ami.changes, `${ami.ami?.id} has this image`),
    stepOf('release', changes, `${release?.name} is made of the same things`),
    stepOf('fleet', fleet.changes, `${fleetText(world)} ${release?.name}`),
  ];
  const minutes = Object.fromEntries(steps.map((step) => [step.stage, step.minutes])) as Record<PlanStage, number>;
  const { app, environment, region } = target;
  return {
    app,
    environment,
    region,
    steps,
    minutes: minutesTogether(minutes),
    cost: costOf(billOf(target, { machines, network: foundation.network, minutes, reserved: fleet.reserved }), prices),
    live: world.fleet?.live,
    hasChanges: steps.some((step) => step.changes.length > 0),
    left: [...foundation.left, ...fleet.left],
    halfMade: world.halfMade,
    waitsFor: fleet.waitsFor,
  };
}

/** A first fleet has no machines beside it; a builder boots while the image is made, and lives as long as both. */
function billOf(
  target: Target,
  {
    machines,
    network,
    minutes,
    reserved,
  }: { machines: number; network: Network; minutes: Record<PlanStage, number>; reserved: number },
): Bill {
  const { type: instanceType, fallbackTypes, rootVolumeGiB } = target.instance;
  const isRoll = minutes.fleet > 0;
  const builder = { type: target.bake.instanceType ?? instanceType, minutes: minutes.image + minutes.ami };
  return {
    instanceType,
    fallbackTypes,
    machines,
    rootVolumeGiB,
    zones: network.balancerSubnets.length,
    // Undefined: default subnets, which give out addresses.
    hasPublicMachines: network.publicAddress ?? true,
    extraMachines: isRoll ? batchOf(machines, target.rollout.batch) : 0,
    rollMinutes: minutes.fleet,
    reserve: { machines: reserved, minutes: target.rollout.keepPreviousMinutes },
    builder: minutes.ami > 0 ? builder : undefined,
  };
}

async function findPrices(ctx: Context, target: Target, options: PlanOptions): Promise<Prices> {
  if (options.prices) await refreshPrices(ctx, target);
  return await readPrices(ctx, target);
}

async function planMakers(ctx: Context, target: Target, options: PlanOptions) {
  const bundle = await planBundle(ctx, target, options);
  const image = await planImage(ctx, target, bundle.bundle);
  const ami = await planAmi(ctx, target, image);
  return { bundle, image, ami };
}

/** What the release would be made of; undefined while some of it is still to be made. */
function partsOf(foundation: FoundationPlan, made: { bundle: { bundle: Bundle | undefined }; ami: AmiPlan }) {
  const { securityGroup, secretArn, settingsVersion, instanceProfile } = foundation;
  const { ami } = made.ami;
  if (!ami || !securityGroup || !secretArn || !settingsVersion) return undefined;
  const { rootDevice } = ami;
  const { revision } = made.bundle.bundle ?? {};
  return {
    ami,
    securityGroup,
    publicAddress: foundation.network.publicAddress,
    secretArn,
    settingsVersion,
    instanceProfile,
    rootDevice,
    revision,
  } satisfies ReleaseParts;
}

const bundleText = (bundle: Bundle | undefined): string =>
  bundle ? `${bundle.key}, ${bundle.meteorRelease}, Node ${bundle.nodeVersion}` : '';

const fleetText = ({ fleet }: World): string =>
  fleet?.machines.length === 1 ? 'its one machine runs' : `its ${fleet?.machines.length ?? 0} machines run`;
