import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EcrRepository } from '../ecr/state.ts';

export type Digest = `sha256:${string}`;

export const isDigest = (text: string): text is Digest => /^sha256:[\da-f]{64}$/.test(text);

const hexOf = (digest: Digest) => digest.slice('sha256:'.length);

export const blobPath = (blobsDir: string, digest: Digest): string =>
  path.join(blobsDir, 'sha256', hexOf(digest).slice(0, 2), hexOf(digest));

/** Where uploads grow until their digest is known to be right. */
export const uploadsDirectory = (blobsDir: string): string => path.join(blobsDir, 'uploads');

/** A blob is kept once, but each repository shows only what was pushed or mounted to it: an empty file says so. */
const membership = (blobsDir: string, repository: EcrRepository, digest: Digest) =>
  path.join(blobsDir, 'repositories', encodeURIComponent(repository.name), hexOf(digest));

/** Size in bytes of a blob of this repository; undefined if it is not there. */
export async function blobSize(
  blobsDir: string,
  repository: EcrRepository,
  digest: Digest,
): Promise<number | undefined> {
  const member = await statOrUndefined(membership(blobsDir, repository, digest));
  // a repository of the same name that was deleted since leaves its files behind
  if (!member || member.mtimeMs < repository.createdAt) return undefined;
  return (await statOrUndefined(blobPath(blobsDir, digest)))?.size;
}

/** Moves a finished, verified upload to its place. */
export async function storeBlob(blobsDir: string, upload: string, digest: Digest): Promise<void> {
  const target = blobPath(blobsDir, digest);
  await mkdir(path.dirname(target), { recursive: true });
  await rename(upload, target);
}

/** Lets the repository show a blob that is stored; `nowMs` by the sandbox's clock, as the repository's creation is. */
export async function addToRepository(
  blobsDir: string,
  repository: EcrRepository,
  digest: Digest,
  nowMs: number,
): Promise<void> {
  const file = membership(blobsDir, repository, digest);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
  // whole seconds are enough for utimes; never before the repository
  await utimes(file, new Date(nowMs), new Date(Math.max(nowMs, repository.createdAt) + 1));
}

/** Removes half uploads and blobs that no manifest names, for the start of a sandbox. */
export async function cleanBlobs(blobsDir: string, named: ReadonlySet<string>): Promise<void> {
  await rm(uploadsDirectory(blobsDir), { recursive: true, force: true });
  const entries = await readdir(path.join(blobsDir, 'sha256'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of entries) {
    if (entry.isFile() && !named.has(`sha256:${entry.name}`)) await rm(path.join(entry.parentPath, entry.name));
  }
}

async function statOrUndefined(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
