import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Change } from '../core/act.ts';
import type { Bundle } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { sha256 } from '../core/tree.ts';
import { unpackBundle } from './bundle/archive.ts';
import { runMeteorBuild } from './bundle/build.ts';
import { locateBundle, readBundle } from './bundle/read.ts';
import { fillSlot, isFilled } from './bundle/slot.ts';
import { readSources } from './bundle/sources.ts';

export interface BundleOptions {
  /** A bundle made elsewhere: a directory or a tar.gz. Unset: `meteor build`. */
  bundle?: string | undefined;
}

/** Throws `bundle` when there is nothing to build from, or no bundle in what was handed in: asked before any work. */
export async function checkSource(
  ctx: Context,
  target: Pick<Target, 'directory'>,
  { bundle }: BundleOptions,
): Promise<void> {
  if (bundle !== undefined) {
    locateBundle(await directoryOf(ctx, bundle));
    return;
  }
  // Not .meteor alone: every home directory of a Meteor user has one.
  if (existsSync(path.join(target.directory, '.meteor/release'))) return;
  throw new DeployError('bundle', `${target.directory} is no Meteor app: it has no .meteor/release`, {
    hint: 'redeploy.json belongs beside the folder .meteor of your app; name that directory with --app-dir',
  });
}

/** What is deployed, as a directory: handed in, built before from the same sources, or built now. Throws `bundle`. */
export async function ensureBundle(ctx: Context, target: Target, options: BundleOptions): Promise<Outcome<Bundle>> {
  await checkSource(ctx, target, options);
  return options.bundle === undefined ? await buildBundle(ctx, target) : await takeBundle(ctx, target, options.bundle);
}

async function takeBundle(ctx: Context, target: Target, given: string): Promise<Outcome<Bundle>> {
  const bundle = { ...(await readBundle(ctx, target, await directoryOf(ctx, given))), revision: undefined };
  return { value: bundle, reused: true, detail: `${given}, ${describe(bundle)}` };
}

/** Where a bundle that was handed in lies: itself, or what its archive holds. */
async function directoryOf(ctx: Context, given: string): Promise<string> {
  if (!existsSync(given)) {
    throw new DeployError('bundle', `there is no bundle ${given}`, { hint: 'name a directory or a tar.gz' });
  }
  return (await stat(given)).isDirectory() ? path.resolve(given) : await unpackBundle(ctx, given);
}

/** What `ensureBundle` would do; the bundle when it need not be built. Only reads. */
export async function planBundle(
  ctx: Context,
  target: Target,
  options: BundleOptions,
): Promise<{ changes: Change[]; bundle: Bundle | undefined }> {
  if (options.bundle !== undefined) return { changes: [], bundle: (await ensureBundle(ctx, target, options)).value };
  const { fingerprint, revision } = await readSources(ctx, target);
  const slot = slotOf(ctx, target, fingerprint);
  if (existsSync(slot)) return { changes: [], bundle: { ...(await readBundle(ctx, target, slot)), revision } };
  const why = 'the last builds on this computer were of other sources or build options';
  const what = ['bundle', revision && `of ${revision}`].filter(Boolean).join(' ');
  return { changes: [{ action: 'create', what, why, calls: [] }], bundle: undefined };
}

const slotOf = (ctx: Context, target: Target, fingerprint: string): string =>
  path.join(ctx.cache, 'bundles', `${target.app}-${sha256(target.directory).slice(0, 8)}`, fingerprint.slice(0, 20));

async function buildBundle(ctx: Context, target: Target): Promise<Outcome<Bundle>> {
  const { fingerprint, revision } = await readSources(ctx, target);
  const slot = slotOf(ctx, target, fingerprint);
  const isReused = await isFilled(slot, ctx.clock.now());
  if (!isReused) {
    await fillSlot(slot, async (draft) => {
      await runMeteorBuild(ctx, target, draft);
      locateBundle(draft);
    });
  }
  const bundle = { ...(await readBundle(ctx, target, slot)), revision };
  const why = isReused ? 'sources and build options as before' : 'built';
  return { value: bundle, reused: isReused, detail: [why, revision, describe(bundle)].filter(Boolean).join(', ') };
}

const describe = ({ meteorRelease, nodeVersion }: Omit<Bundle, 'revision'>): string =>
  `${meteorRelease}, Node ${nodeVersion}`;
