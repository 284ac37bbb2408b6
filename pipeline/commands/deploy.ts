import type { Bundle, Image } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { together } from '../core/lanes.ts';
import { observe, type World } from '../core/observe.ts';
import type { Payload } from '../core/payload.ts';
import { hintsAboutEnv } from '../core/payload/rules.ts';
import type { Release, ReleaseParts } from '../core/release.ts';
import { step, type Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { Undo } from '../core/undo.ts';
import { resolveBaseAmi } from '../stages/ami/base-ami.ts';
import { ensureAmi, type Baked } from '../stages/ami.ts';
import { withCertificate } from '../stages/certificate.ts';
import { leadDomain } from '../stages/domain.ts';
import { checkSource, ensureBundle } from '../stages/bundle.ts';
import { checkAlarms } from '../stages/fleet/check-alarms.ts';
import { checkHealth } from '../stages/fleet/check-health.ts';
import { checkTopic } from '../stages/fleet/check-topic.ts';
import { checkTypes } from '../stages/fleet/check-types.ts';
import { ensureRelease } from '../stages/fleet/release-version.ts';
import { isThere, moveFleet } from '../stages/fleet.ts';
import { removeIdleBalancer } from '../stages/foundation/balancer.ts';
import { findNetwork } from '../stages/foundation/network.ts';
import { ensureFoundation, type Foundation } from '../stages/foundation.ts';
import { ensureImage, findImage, imageKeyOf, requireDocker } from '../stages/image.ts';
import { readPayload } from '../stages/payload.ts';
import { refuseStrangers } from '../stages/strangers.ts';
import { verifyRelease } from '../stages/traffic.ts';

export interface DeployOptions {
  /** A bundle made elsewhere: directory or tar.gz. Unset: `meteor build`. */
  bundle?: string;
  /** Whether to wait while another deploy rolls. */
  wait: boolean;
  /** Certificate authorities for npm install (NODE_EXTRA_CA_CERTS), when the settings name none. */
  caBundle?: string;
  /** What `${NAME}` in an .npmrc is filled in from. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** How a deploy or a rollback ended. */
export interface DeployResult {
  action: 'deployed' | 'unchanged' | 'rolled-back';
  release: string;
  previous: string | undefined;
  url: string;
  ami: string;
  imageDigest: string;
  settingsVersion: string;
  seconds: number;
}

/** Takes the app from its sources to the fleet. Whatever is there already is used; run again after any failure, it goes on. */
export async function deploy(ctx: Context, written: Target, options: DeployOptions): Promise<DeployResult> {
  const startedAt = ctx.clock.now();
  const payload = await readPayload(ctx, written);
  const { world: before, target } = await step(ctx, 'look', (inner) => look(inner, written, { ...options, payload }));
  if (!before.fleet) tellHints(ctx, target, payload);
  await using undo = new Undo(ctx);
  if (!before.balancer) undo.onInterrupt('removing the load balancer', (calm) => removeIdleBalancer(calm, target));
  const { foundation, bundle, ami } = await make(ctx, target, { payload, world: before }, options);
  const parts = partsOf(foundation, bundle, ami);
  const release = await step(ctx, 'release', (inner) => ensureRelease(inner, target, parts, liveNumber(before)));
  const wasThere = isThere(before, release);
  const host = publicHost(target, payload);
  await step(ctx, 'fleet', (inner) => moveFleet(inner, target, { release, foundation, wait: options.wait, host }));
  undo.keep();
  const address = foundation.balancer.url;
  const url = await step(ctx, 'traffic', (inner) =>
    leadDomain(inner, target, foundation.balancer.arn).then(() =>
      verifyRelease(inner, target, { url: address, release: release.name, host }),
    ),
  );
  const action = wasThere ? 'unchanged' : 'deployed';
  return { ...resultOf(release, before, url), action, seconds: Math.round((ctx.clock.now() - startedAt) / 1000) };
}

/** Once, before the first machine runs: later a look at the site says more. */
function tellHints(ctx: Context, target: Target, { env }: Payload): void {
  for (const message of hintsAboutEnv(env.reveal(), target)) ctx.report({ kind: 'note', message });
}

interface Looked {
  world: World;
  /** With the certificate of its domain. */
  target: Target;
}

/** Everything that can be known to be wrong is said here, before anything is built or billed. */
async function look(
  ctx: Context,
  target: Target,
  options: DeployOptions & { payload: Payload },
): Promise<Outcome<Looked>> {
  const [world, doubt] = await together<[World, string | undefined, ...unknown[]]>(ctx, (inner) => [
    observe(inner, target),
    checkTopic(inner, target),
    findNetwork(inner, target),
    checkTypes(inner, target),
    resolveBaseAmi(inner, target),
    checkSource(inner, target, options),
    requireDocker(inner),
  ]);
  if (doubt !== undefined) ctx.report({ kind: 'note', message: doubt });
  await refuseStrangers(ctx, target, world);
  // The first machines come without a roll.
  if (world.fleet) await checkAlarms(ctx, target);
  await checkHealth(ctx, target, world, publicHost(target, options.payload));
  const live = world.fleet
    ? `${world.fleet.live} is live on ${world.fleet.machines.length} machines`
    : 'nothing is deployed yet';
  const secure = await withCertificate(ctx, target);
  return { value: { world, target: secure }, detail: `${target.app} ${target.environment}, ${target.region}: ${live}` };
}

/** Foundation and AMI side by side; the builder boots while the image is built. */
async function make(ctx: Context, target: Target, wanted: { payload: Payload; world: World }, options: DeployOptions) {
  const [foundation, { bundle, ami }] = await together<[Foundation, { bundle: Bundle; ami: Baked }]>(ctx, (inner) => {
    const foundation = step(inner, 'foundation', (own) => ensureFoundation(own, target, wanted));
    return [foundation, makeAmi(inner, target, foundation, options)];
  });
  return { foundation, bundle, ami };
}

async function makeAmi(ctx: Context, target: Target, foundation: Promise<Foundation>, options: DeployOptions) {
  const bundle = await step(ctx, 'bundle', (inner) => ensureBundle(inner, target, options));
  const imageKey = await imageKeyOf(ctx, target, bundle);
  const known = await findImage(ctx, target, imageKey);
  const [ami] = await together<[Baked, Image]>(ctx, (inner) => {
    const image = step(inner, 'image', (own) => ensureImage(own, target, bundle, options));
    return [step(inner, 'ami', (own) => ensureAmi(own, target, { imageKey, known, image, foundation })), image];
  });
  return { bundle, ami };
}

const partsOf = (foundation: Foundation, bundle: Bundle, ami: Baked): ReleaseParts => ({
  ami,
  secretArn: foundation.secretArn,
  settingsVersion: foundation.settingsVersion,
  securityGroup: foundation.securityGroups.app,
  publicAddress: foundation.network.publicAddress,
  instanceProfile: foundation.roles.app,
  rootDevice: ami.rootDevice,
  revision: bundle.revision,
});

/** 42 of v42; 0 when nothing is live, or nobody knows what: a group that follows `$Latest` does not say. */
export const liveNumber = ({ fleet }: World): number => Number(fleet?.live.slice(1)) || 0;

/** The domain; with a certificate alone, the name that it is for, taken from ROOT_URL. */
export function publicHost(target: Target, payload: Payload | undefined): string | undefined {
  const { domain, httpsPort } = target.balancer;
  if (domain !== undefined) return httpsPort === 443 ? domain : `${domain}:${httpsPort}`;
  const root = payload?.env.reveal()['ROOT_URL'];
  return target.balancer.certificate && root && URL.canParse(root) ? new URL(root).host : undefined;
}

/** The facts of a release for people and machines. */
export const resultOf = (release: Release, before: World, url: string): Omit<DeployResult, 'action' | 'seconds'> => ({
  release: release.name,
  previous: before.fleet?.live === release.name ? undefined : before.fleet?.live,
  url,
  ami: release.ami,
  imageDigest: release.image,
  settingsVersion: release.settingsVersion,
});
