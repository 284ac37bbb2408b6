import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-fs';
import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { fillSlot, isFilled } from './slot.ts';

/** Directory with what a tar.gz holds, unpacked once for each content. Throws `bundle` when it is broken or leads outside. */
export async function unpackBundle(ctx: Context, file: string): Promise<string> {
  const slot = path.join(ctx.cache, 'bundles', 'archives', (await hashFile(file)).slice(0, 20));
  if (await isFilled(slot, ctx.clock.now())) return slot;
  ctx.report({ kind: 'output', line: `unpacking ${file}` });
  await fillSlot(slot, (draft) => unpack(ctx, file, draft));
  return slot;
}

async function unpack(ctx: Context, file: string, draft: string): Promise<void> {
  try {
    // tar-fs refuses links and names that lead out of the directory.
    const extract = tar.extract(draft, { readable: true, writable: true });
    await pipeline(createReadStream(file), createGunzip(), extract as unknown as NodeJS.WritableStream, {
      signal: ctx.signal,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new DeployError('bundle', `cannot unpack ${file}: ${messageOf(error)}`, {
      hint: 'a bundle is the tar.gz that `meteor build` makes; was it cut short on its way here?',
      cause: error,
    });
  }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
