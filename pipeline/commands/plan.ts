import type { Change, Left } from '../core/act.ts';
import type { Bundle } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { observe, type World } from '../core/observe.ts';
import type { ReleaseName, ReleaseParts } from '../core/release.ts';
import type { Target } from '../core/target.ts';
import { planAmi, type AmiPlan } from '../stages/ami/plan.ts';
import { checkSource, planBundle } from '../stages/bundle.ts';
import { planFleet } from '../stages/fleet/plan.ts';
import { planRelease } from '../stages/fleet/release-version.ts';
import { planFoundation, type FoundationPlan } from '../stages/foundation.ts';
import { planImage } from '../stages/image/plan.ts';
import { readPayload } from '../stages/payload.ts';
import { liveNumber } from './deploy.ts';

export type PlanStage = 'foundation' | 'bundle' | 'image' | 'ami' | 'release' | 'fleet';

/** One step of a deploy: what it would change, or what it would use as it is. */
export interface PlanStep {
  stage: PlanStage;
  changes: Change[];
  /** What is there and stays, when nothing changes. */
  reused: string | undefined;
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
export async function plan(ctx: Context, target: Target, options: { bundle?: string }): Promise<Plan> {
  const payload = await readPayload(ctx, target);
  const [world] = await Promise.all([observe(ctx, target), checkSource(ctx, target, options)]);
  const [foundation, made] = await Promise.all([
    planFoundation(ctx, target, { payload, world }),
    planMakers(ctx, target, options),
  ]);
  const parts = partsOf(foundation, made);
  const live = liveNumber(world);
  const { release, changes } = await planRelease(ctx, target, parts, { releases: world.releases, live });
  const fleet = await planFleet(ctx, target, { world, release, subnets: foundation.subnets });
  const { bundle, image, ami } = made;
  const steps: PlanStep[] = [
    stepOf('foundation', foundation.changes, 'everything is as redeploy.json says'),
    stepOf('bundle', bundle.changes, bundleText(bundle.bundle)),
    stepOf('image', image.changes, `${image.known?.digest.slice(0, 19)} is in ECR`),
    stepOf('ami', ami.changes, `${ami.ami?.id} has this image`),
    stepOf('release', changes, `${release?.name} is made of the same things`),
    stepOf('fleet', fleet.changes, `${fleetText(world)} ${release?.name}`),
  ];
  const { app, environment, region } = target;
  return {
    app,
    environment,
    region,
    steps,
    live: world.fleet?.live,
    hasChanges: steps.some((step) => step.changes.length > 0),
    left: [...foundation.left, ...fleet.left],
    halfMade: world.halfMade,
    waitsFor: fleet.waitsFor,
  };
}

const stepOf = (stage: PlanStage, changes: Change[], reused: string): PlanStep => ({
  stage,
  changes,
  reused: changes.length === 0 ? reused : undefined,
});

async function planMakers(ctx: Context, target: Target, options: { bundle?: string }) {
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
