import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where the registry's blobs lie: in the state's directory, or somewhere that goes away with the server. */
export async function openBlobsDirectory(
  stateDir: string | undefined,
): Promise<{ blobsDir: string; remove: () => Promise<void> }> {
  if (stateDir === undefined) {
    const blobsDir = await mkdtemp(path.join(tmpdir(), 'redeploy-blobs-'));
    return { blobsDir, remove: () => rm(blobsDir, { recursive: true, force: true }) };
  }
  const blobsDir = path.join(stateDir, 'blobs');
  await mkdir(blobsDir, { recursive: true, mode: 0o700 });
  return { blobsDir, remove: async () => {} };
}
