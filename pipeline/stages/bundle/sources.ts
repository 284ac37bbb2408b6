import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../core/context.ts';
import { readSettings } from '../../core/read-target.ts';
import type { Target } from '../../core/target.ts';
import { hashTree, sha256 } from '../../core/tree.ts';
import { meteorBuildArguments } from './arguments.ts';
import { findCheckout, hashSurroundings } from './git.ts';
import { rspackFilter } from './rspack.ts';

/** Sources of an app as they are now. */
export interface Sources {
  /** Same sources and same build options: same fingerprint. Settings and redeploy.json do not count. */
  fingerprint: string;
  /** Git commit, with `-dirty` when a source differs from it; undefined outside a repository. */
  revision: string | undefined;
}

/**
 * Looks at the content of the app's directory (files that git ignores are built in all the same) and, where the app is part
 * of a larger repository, at the rest of that.
 */
export async function readSources(ctx: Context, target: Target): Promise<Sources> {
  const isSource = await sourceFilter(ctx, target);
  const checkout = await findCheckout(ctx, target.directory);
  const content = await hashTree(target.directory, {
    followLinks: true,
    ignore: (relative) => !isSource(path.join(target.directory, relative)),
  });
  const surroundings = checkout && (await hashSurroundings(ctx, checkout, isSource));
  const tool = await toolOf(target);
  const fingerprint = sha256(JSON.stringify([meteorBuildArguments(target, 'OUT'), tool, content, surroundings]));
  const isDirty = checkout?.changed.some(isSource);
  return { fingerprint, revision: checkout && `${checkout.commit}${isDirty ? '-dirty' : ''}` };
}

/** Which absolute paths count: not what tools make, not what only the deployment reads. */
async function sourceFilter(ctx: Pick<Context, 'cache'>, target: Target): Promise<(file: string) => boolean> {
  const mobile = target.build.serverOnly ? undefined : target.build.mobileSettings;
  const needed = mobile === undefined ? undefined : path.resolve(target.directory, mobile);
  const ours = new Set([
    path.resolve(ctx.cache),
    path.join(target.directory, 'redeploy.json'),
    path.join(target.directory, '.meteor', 'local'),
    ...(await settingsFiles(target)),
  ]);
  const isRspacks = await rspackFilter(target.directory);
  return (file) =>
    file === needed ||
    !(ours.has(file) || made.has(path.basename(file)) || isRspacks(path.relative(target.directory, file)));
}

/** What tools make; package.json and the lock file stand for node_modules. Meteor's Rspack adds to .gitignore while it builds. */
const made = new Set(['node_modules', '.git', '.gitignore', '.DS_Store']);

/** Settings and env files of every environment: a change of one must not build anything. */
async function settingsFiles(target: Target): Promise<string[]> {
  const own = [target.settingsFile, target.envFile].filter((file) => file !== undefined);
  if (!existsSync(path.join(target.directory, 'redeploy.json'))) return own;
  const { environments } = await readSettings(target.directory);
  const named = Object.entries(environments).flatMap(([name, { settings, env }]) => [
    settings ?? `settings/${name}.json`,
    env ?? `settings/${name}.env`,
    `${env ?? `settings/${name}.env`}.json`,
  ]);
  return [...own, ...named.map((file) => path.resolve(target.directory, file))];
}

/** The build command; by content where it is a file of the project rather than an installed tool. */
async function toolOf({ build, directory }: Target): Promise<string> {
  const file = path.resolve(directory, build.executable);
  const isFile = build.executable.includes('/') && statSync(file, { throwIfNoEntry: false })?.isFile();
  return isFile ? sha256(await readFile(file)) : build.executable;
}
