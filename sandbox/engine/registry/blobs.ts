import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { blobPath, blobSize, type Digest } from './blob-store.ts';
import { refusal, type Exchange } from './exchange.ts';
import { registryTraffic } from './traffic.ts';

/** GET and HEAD of a blob, whole or from a byte range on. */
export async function sendBlob({ engine, blobsDir, req, res, repository }: Exchange, digest: Digest): Promise<void> {
  const size = await blobSize(blobsDir, repository, digest);
  if (size === undefined) throw refusal(404, 'BLOB_UNKNOWN', `blob unknown to registry: ${digest}`);
  const range = rangeOf(req.headers.range, size);
  if (range === 'unsatisfiable') throw refusal(416, 'SIZE_INVALID', `blob ${digest} has ${size} bytes`);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  res.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': end - start + 1,
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  const counters = registryTraffic(engine);
  if (req.method === 'HEAD') {
    counters.sparedBlobs += 1;
    res.end();
    return;
  }
  counters.downloadedBytes += end - start + 1;
  if (size === 0) res.end();
  else await pipeline(createReadStream(blobPath(blobsDir, digest), { start, end }), res);
}

type Range = { start: number; end: number };

/** One range as browsers and containerd ask for it; several ranges are answered with the whole, as HTTP allows. */
function rangeOf(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const found = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header ?? '');
  if (!found) return undefined;
  const [, from, to, last] = found;
  const start = from === undefined ? Math.max(size - Number(last), 0) : Number(from);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  return start > end ? 'unsatisfiable' : { start, end };
}
