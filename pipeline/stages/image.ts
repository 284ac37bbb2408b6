import type { Bundle, Image, ImageKey } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { ensureBase } from './image/base.ts';
import { buildImage } from './image/build.ts';
import { readConfidential, type ImageOptions } from './image/confidential.ts';
import { requireDocker } from './image/docker.ts';
import { dockerArchitecture, inspectImage } from './image/local.ts';
import { pushImage } from './image/push.ts';
import { keyOf, recipeOf } from './image/recipe.ts';
import { ensureRepository, findImage } from './registry.ts';

/** Name of the image that this bundle makes in this environment. Same content, same key. */
export async function imageKeyOf(ctx: Context, target: Target, bundle: Bundle): Promise<ImageKey> {
  return keyOf(await recipeOf(ctx, target, bundle), bundle, target.architecture);
}

/**
 * The image in ECR: found by its key, else built and pushed. Throws `docker`, `image` or `registry`.
 */
export async function ensureImage(
  ctx: Context,
  target: Target,
  bundle: Bundle,
  options: ImageOptions = {},
): Promise<Outcome<Image>> {
  const key = await imageKeyOf(ctx, target, bundle);
  const found = await findImage(ctx, target, key);
  if (found) return { value: found, reused: true, detail: `${key} is in ECR` };
  await requireDocker(ctx);
  const repository = await ensureRepository(ctx, target);
  const tag = await ensureLocalImage(ctx, target, bundle, options);
  return await pushImage(ctx, target, { tag, repository, key });
}

/** The image in the local Docker, built if absent; its tag. An earlier run that could not push left it there. */
export async function ensureLocalImage(
  ctx: Context,
  target: Target,
  bundle: Bundle,
  options: ImageOptions = {},
): Promise<string> {
  const recipe = await recipeOf(ctx, target, bundle);
  const tag = `redeploy/${target.app}:${await keyOf(recipe, bundle, target.architecture)}`;
  const there = await inspectImage(ctx, tag);
  if (there?.Architecture === dockerArchitecture[target.architecture]) return tag;
  const confidential = await readConfidential(target, options);
  const bases = [...new Set([recipe.base, recipe.buildBase])];
  await Promise.all(bases.map((base) => ensureBase(ctx, base, target.architecture)));
  await buildImage(ctx, target, {
    parts: { bundle: bundle.directory, dockerfile: recipe.dockerfile, runtime: recipe.runtime, ...confidential },
    tag,
    labels: labelsOf(target, bundle),
    buildArguments: recipe.buildArguments,
  });
  return tag;
}

const labelsOf = (target: Target, bundle: Bundle): Record<string, string> => ({
  'redeploy.app': target.app,
  'redeploy.bundle': bundle.key,
  'redeploy.meteor': bundle.meteorRelease,
  ...(bundle.revision !== undefined && { 'org.opencontainers.image.revision': bundle.revision }),
});

export { requireDocker } from './image/docker.ts';
export { findImage } from './registry.ts';
