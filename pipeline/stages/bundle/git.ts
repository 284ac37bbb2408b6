import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../core/context.ts';
import { sha256 } from '../../core/tree.ts';

/** Where an app lies in its repository. */
export interface Checkout {
  root: string;
  /** Path of the app in the repository with a slash at its end; empty when the app is the repository. */
  prefix: string;
  commit: string;
  /** Changed and untracked files, absolute. */
  changed: string[];
}

type Shell = Pick<Context, 'sh' | 'signal'>;

/** The repository around `directory`; undefined when there is none, it has no commit, or git is missing. */
export async function findCheckout(ctx: Shell, directory: string): Promise<Checkout | undefined> {
  const git = async (...args: string[]) => {
    const { exitCode, stdout } = await ctx.sh('git', args, { cwd: directory, signal: ctx.signal });
    return exitCode === 0 ? stdout : undefined;
  };
  const [root, prefix, commit] = await Promise.all([
    git('rev-parse', '--show-toplevel'),
    git('rev-parse', '--show-prefix'),
    git('rev-parse', '--short=12', '--verify', 'HEAD'),
  ]);
  if (root === undefined || prefix === undefined || commit === undefined) return undefined;
  const status = await git('status', '--porcelain', '-z', '--no-renames', '--untracked-files=all');
  const changed = (status ?? '')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => path.join(root.trim(), line.slice(3)));
  return { root: root.trim(), prefix: prefix.trim(), commit: commit.trim(), changed };
}

/**
 * State of a repository outside the app: a Meteor app may use packages beside it (METEOR_PACKAGE_DIRS), so a change there
 * counts as one of the sources. Committed files by their git hashes, changed ones by content.
 */
export async function hashSurroundings(
  ctx: Shell,
  { root, prefix, changed }: Checkout,
  isSource: (file: string) => boolean,
): Promise<string> {
  if (prefix === '') return '';
  const { stdout } = await ctx.sh('git', ['ls-tree', '-r', '-z', '--full-tree', 'HEAD'], {
    cwd: root,
    signal: ctx.signal,
  });
  const counts = (file: string) => !file.startsWith(path.join(root, prefix)) && isSource(file);
  const committed = stdout.split('\0').filter((line) => counts(path.join(root, line.slice(line.indexOf('\t') + 1))));
  const edited = await Promise.all(changed.filter(counts).map(async (file) => [file, await hashFile(file)]));
  return sha256(JSON.stringify([committed, edited]));
}

/** Untracked repositories inside this one are listed as directories: their content is not ours. */
const hashFile = async (file: string): Promise<string> =>
  existsSync(file) && !file.endsWith(path.sep) ? sha256(await readFile(file)) : 'gone';
