import type { Bundle } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { observe, type World } from '../core/observe.ts';
import { readPayload } from '../core/payload.ts';
import type { ReleaseName } from '../core/release.ts';
import type { Target } from '../core/target.ts';
import { resolveBaseAmi } from '../stages/ami/base-ami.ts';
import { checkSource, ensureBundle } from '../stages/bundle.ts';
import { findNetwork } from '../stages/foundation/network.ts';
import { findImage, imageKeyOf } from '../stages/image.ts';

/** One thing that a deploy would do, or not. */
export interface PlanStep {
  stage: 'foundation' | 'bundle' | 'image' | 'ami' | 'fleet';
  action: 'create' | 'build' | 'reuse' | 'move' | 'depends';
  why: string;
}

/** What `redeploy deploy` would do now. Plain JSON. */
export interface Plan {
  app: string;
  environment: string;
  region: string;
  live: ReleaseName | undefined;
  steps: PlanStep[];
  halfMade: string[];
}

/**
 * Looks and says what a deploy would do. Builds nothing and changes nothing, so what depends on the build can only be said
 * when a finished bundle is given. Throws `settings` for everything that deploy would refuse.
 */
export async function plan(ctx: Context, target: Target, options: { bundle?: string }): Promise<Plan> {
  await readPayload(target);
  const [world] = await Promise.all([
    observe(ctx, target),
    findNetwork(ctx, target),
    resolveBaseAmi(ctx, target),
    checkSource(ctx, target, options),
  ]);
  const bundle = options.bundle === undefined ? undefined : (await ensureBundle(ctx, target, options)).value;
  const steps = [
    foundationStep(world),
    bundleStep(bundle),
    ...(await imageSteps(ctx, target, bundle)),
    fleetStep(world),
  ];
  const { app, environment, region } = target;
  return { app, environment, region, live: world.fleet?.live, steps, halfMade: world.halfMade };
}

const foundationStep = ({ balancer }: World): PlanStep =>
  balancer
    ? {
        stage: 'foundation',
        action: 'reuse',
        why: `load balancer ${balancer.dnsName} and what belongs to it are there`,
      }
    : {
        stage: 'foundation',
        action: 'create',
        why: 'security groups, roles, secret, log group, target group, load balancer',
      };

const bundleStep = (bundle: Bundle | undefined): PlanStep =>
  bundle
    ? {
        stage: 'bundle',
        action: 'reuse',
        why: `${bundle.key}, Meteor ${bundle.meteorRelease}, Node ${bundle.nodeVersion}`,
      }
    : { stage: 'bundle', action: 'build', why: '`meteor build`, unless the sources are those of the last build' };

async function imageSteps(ctx: Context, target: Target, bundle: Bundle | undefined): Promise<PlanStep[]> {
  if (!bundle) {
    const why = 'made only if the bundle is new';
    return [
      { stage: 'image', action: 'depends', why },
      { stage: 'ami', action: 'depends', why },
    ];
  }
  const key = await imageKeyOf(ctx, target, bundle);
  const image = await findImage(ctx, target, key);
  if (image) {
    return [
      { stage: 'image', action: 'reuse', why: `${image.digest.slice(0, 19)} is in ECR` },
      { stage: 'ami', action: 'depends', why: 'reused if it was baked from this image and these machine files' },
    ];
  }
  return [
    { stage: 'image', action: 'build', why: `${key} is not in ECR` },
    { stage: 'ami', action: 'create', why: 'a new image is baked on a builder' },
  ];
}

const fleetStep = ({ fleet }: World): PlanStep =>
  fleet
    ? {
        stage: 'fleet',
        action: 'move',
        why: `from ${fleet.live} on ${fleet.machines.length} machines, unless nothing changed`,
      }
    : { stage: 'fleet', action: 'create', why: 'the first machines' };
