import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/** What comes from the process, not from settings: `cli.ts` reads it. */
export interface ImageOptions {
  /** NODE_EXTRA_CA_CERTS; used when image.caBundle is unset. */
  caBundle?: string | undefined;
  /** Variables that `${NAME}` in .npmrc may name, as npm itself lets it. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Content of the files that npm install may read and no layer may hold; empty when there is none. Throws `settings`. */
export async function readConfidential(
  target: Pick<Target, 'directory' | 'image'>,
  options: ImageOptions,
): Promise<{ npmrc: string; caBundle: string }> {
  const { npmrc, caBundle } = target.image;
  const read = (key: string, file: string | undefined) =>
    file === undefined ? '' : readNamed(key, path.resolve(target.directory, file));
  return {
    npmrc: expand(await read('image.npmrc', npmrc), options.environment ?? {}),
    caBundle: await read(
      caBundle === undefined ? 'NODE_EXTRA_CA_CERTS' : 'image.caBundle',
      caBundle ?? options.caBundle,
    ),
  };
}

async function readNamed(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DeployError('settings', `${key}: cannot read ${file}`, { cause: error });
  }
}

/** A name that has no value stays as it is written, as with npm. */
const expand = (text: string, environment: Readonly<Record<string, string | undefined>>): string =>
  text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => environment[name] ?? whole);
