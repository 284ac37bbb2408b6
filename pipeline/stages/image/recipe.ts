import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle, ImageKey } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import type { Target } from '../../core/target.ts';
import { fill } from '../../core/template.ts';
import { hashTree, sha256 } from '../../core/tree.ts';
import { defaultBases, type Bases } from './default-base.ts';

/** How an image is made: everything but the bundle's files and what must not be seen in it. */
export interface Recipe extends Bases {
  /** Filled in. */
  dockerfile: string;
  /** Folder that becomes /redeploy. */
  runtime: string;
  buildArguments: Record<string, string>;
}

/** The Dockerfile for this bundle and this environment. Names neither release nor revision: they are labels. */
export async function recipeOf(
  ctx: Pick<Context, 'templates'>,
  target: Pick<Target, 'image' | 'instance'>,
  bundle: Pick<Bundle, 'nodeVersion'>,
): Promise<Recipe> {
  const { buildArguments } = target.image;
  const usual = defaultBases(bundle.nodeVersion);
  const named = (image: string) => image.replaceAll('{nodeVersion}', bundle.nodeVersion);
  const base = named(target.image.base ?? usual.base);
  const buildBase = named(target.image.buildBase ?? usual.buildBase);
  const template = await readFile(path.join(ctx.templates, 'Dockerfile'), 'utf8');
  const dockerfile = fill(template, {
    BASE: base,
    BUILD_BASE: buildBase,
    // Declared only: Docker is told the values apart, so that none of their characters means anything in this file.
    BUILD_ARGUMENTS: Object.keys(buildArguments)
      .map((name) => `ARG ${name}`)
      .join('\n'),
    BUILD_INSTRUCTIONS: target.image.buildInstructions.join('\n'),
    NPM_FLAGS: npmFlags(bundle.nodeVersion).join(' '),
    PORT: String(target.instance.port),
  });
  return { dockerfile, base, buildBase, runtime: path.join(ctx.templates, 'runtime'), buildArguments };
}

/**
 * Hash of all that goes in: bundle, Dockerfile, runtime, architecture. What npm install is given in confidence (.npmrc,
 * certificates) does not count: it decides where packages come from, not what they are.
 */
export async function keyOf(recipe: Recipe, bundle: Bundle, architecture: string): Promise<ImageKey> {
  const parts = [bundle.key, recipe.dockerfile, await hashTree(recipe.runtime), architecture, recipe.buildArguments];
  return `i-${sha256(JSON.stringify(parts)).slice(0, 40)}`;
}

/** npm 6, which comes with Node 14, runs install scripts as nobody unless told otherwise and knows no --omit. */
export const npmFlags = (nodeVersion: string): string[] =>
  Number(nodeVersion.split('.')[0]) < 15 ? ['--production', '--unsafe-perm'] : ['--omit=dev'];
