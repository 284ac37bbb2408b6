import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { meteorArchitecture } from '../../core/architecture.ts';
import type { Bundle } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';
import { hashTree } from '../../core/tree.ts';

const nodeVersionFile = '.node_version.txt';

interface Star {
  nodeVersion?: string;
  meteorRelease?: string;
  programs?: { name?: string; arch?: string }[];
}

/** The bundle in `directory`: there itself, or in the folder `bundle` that Meteor makes. Throws `bundle` when it is none. */
export function locateBundle(directory: string): string {
  const nested = path.join(directory, 'bundle');
  const root = !existsSync(path.join(directory, 'star.json')) && existsSync(nested) ? nested : directory;
  // Bundles of old Meteor releases name their Node in a file of its own.
  const about = existsSync(path.join(root, nodeVersionFile)) ? [] : ['star.json'];
  for (const file of [...about, 'main.js', 'programs/server/package.json']) {
    if (!existsSync(path.join(root, file))) {
      throw new DeployError('bundle', `${root} is no Meteor bundle: it has no ${file}`, {
        hint: 'hand in what `meteor build --directory` or `meteor build` (tar.gz) made, whole',
      });
    }
  }
  return root;
}

/** What is in the bundle in `directory`, and the key that its content has. Throws `bundle` when it is none. */
export async function readBundle(
  ctx: Pick<Context, 'report'>,
  target: Pick<Target, 'architecture'>,
  directory: string,
): Promise<Omit<Bundle, 'revision'>> {
  const root = locateBundle(directory);
  const star = await readStar(root);
  warnOfOtherCpu(ctx, target, star);
  const nodeVersion = await nodeVersionOf(root, star);
  const key = `b-${(await hashTree(root)).slice(0, 40)}` as const;
  return { key, directory: root, nodeVersion, meteorRelease: star.meteorRelease ?? 'unknown' };
}

async function readStar(root: string): Promise<Star> {
  const file = path.join(root, 'star.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, '')) as Star;
  } catch (error) {
    throw new DeployError('bundle', `${file} is not JSON`, { cause: error });
  }
}

/** star.json names it since Meteor 1.5.2, .node_version.txt before; with or without a v, as the tool likes. */
async function nodeVersionOf(root: string, star: Star): Promise<string> {
  const file = path.join(root, nodeVersionFile);
  const written = star.nodeVersion ?? (existsSync(file) ? await readFile(file, 'utf8') : '');
  const version = /^\uFEFF?v?(\d+\.\d+\.\d+\S*)$/.exec(written.trim())?.[1];
  if (version !== undefined) return demandModules(version, star.meteorRelease);
  throw new DeployError('bundle', `${root} does not say which Node it needs`, {
    hint: 'star.json names it as nodeVersion, older bundles in .node_version.txt: build with a Meteor that writes one of them',
  });
}

/** start.mjs, which gives the app its settings and drains it, needs ECMAScript modules: Node 12.17, Meteor 1.11. */
function demandModules(version: string, release = 'its Meteor'): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 12 || (major === 12 && minor >= 17)) return version;
  throw new DeployError(
    'bundle',
    `the bundle wants Node ${version} (${release}), the oldest that redeploy runs is 12.17`,
    {
      hint: 'update the app to Meteor 1.11 or newer: `meteor update --release 1.12.2`',
    },
  );
}

/**
 * npm packages are compiled again in the image; Atmosphere packages with binaries of their own are not. A server program with
 * none of these is for `os`, wherever it was built.
 */
function warnOfOtherCpu(
  ctx: Pick<Context, 'report'>,
  { architecture }: Pick<Target, 'architecture'>,
  star: Star,
): void {
  const arch = star.programs?.find(({ name }) => name === 'server')?.arch;
  const wanted = meteorArchitecture[architecture];
  if (arch === undefined || `${wanted}.`.startsWith(`${arch}.`)) return;
  ctx.report({
    kind: 'warning',
    message: `the bundle was built for ${arch}, the machines are ${wanted}: Atmosphere packages with binaries may not run`,
  });
}
