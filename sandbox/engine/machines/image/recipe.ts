import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the image's text files lie: beside this module, or in the package's sources when this runs from dist/. */
export const filesDirectory = [
  path.join(import.meta.dirname, 'files'),
  path.join(import.meta.dirname, '../../../../../sandbox/engine/machines/image/files'),
].find((directory) => existsSync(directory));

/** What a machine image is made from, and the tag that says so. */
export interface Recipe {
  /** With rootfs/, packages.txt, finish.sh and Dockerfile. */
  directory: string;
  packages: string[];
  /** `redeploy-machine:<hash of all files>`: another recipe is another image, the same recipe is never made twice. */
  tag: string;
}

/** Reads the recipe. */
export async function readRecipe(): Promise<Recipe> {
  const directory = filesDirectory;
  if (directory === undefined) throw new Error('the files of the machine image are missing from the package');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${path.relative(directory, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  const packages = (await readFile(path.join(directory, 'packages.txt'), 'utf8')).split('\n').filter(Boolean);
  return { directory, packages, tag: `redeploy-machine:${hash.digest('hex').slice(0, 16)}` };
}
