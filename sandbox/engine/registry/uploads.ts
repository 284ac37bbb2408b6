import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addToRepository, blobSize, isDigest, storeBlob, uploadsDirectory, type Digest } from './blob-store.ts';
import { refusal, type Exchange } from './exchange.ts';
import { registryTraffic } from './traffic.ts';

/** A blob on its way. The digest is computed while it streams, so that it is read once. */
interface Upload {
  id: string;
  repository: string;
  file: string;
  bytes: number;
  hash: Hash;
}

const uploads = new Map<string, Upload>();

/** POST: begins an upload, takes a whole blob at once (`digest`), or mounts one of another repository (`mount`, `from`). */
export async function beginUpload(exchange: Exchange): Promise<void> {
  const { query, res, repository, blobsDir } = exchange;
  if (await mountBlob(exchange)) return;
  const id = randomUUID();
  await mkdir(uploadsDirectory(blobsDir), { recursive: true });
  const file = path.join(uploadsDirectory(blobsDir), id);
  const upload: Upload = { id, repository: repository.name, file, bytes: 0, hash: createHash('sha256') };
  uploads.set(id, upload);
  if (query.has('digest')) await finish(exchange, upload);
  else res.writeHead(202, progressHeaders(upload)).end();
}

/** PATCH: appends a chunk. */
export async function appendToUpload(exchange: Exchange, id: string): Promise<void> {
  const upload = findUpload(exchange, id);
  refuseGaps(exchange, upload);
  await receive(exchange, upload);
  exchange.res.writeHead(202, progressHeaders(upload)).end();
}

/** PUT: appends what comes, checks the digest and stores the blob. */
export async function finishUpload(exchange: Exchange, id: string): Promise<void> {
  await finish(exchange, findUpload(exchange, id));
}

/** GET: how far it got. */
export function showUpload(exchange: Exchange, id: string): void {
  exchange.res.writeHead(204, progressHeaders(findUpload(exchange, id))).end();
}

/** DELETE: gives it up. */
export async function cancelUpload(exchange: Exchange, id: string): Promise<void> {
  await drop(findUpload(exchange, id));
  exchange.res.writeHead(204).end();
}

async function mountBlob({ engine, blobsDir, query, repository, res }: Exchange): Promise<boolean> {
  const [digest, from] = [query.get('mount') ?? '', query.get('from') ?? ''];
  const source = Object.hasOwn(engine.state.ecr.repositories, from) ? engine.state.ecr.repositories[from] : undefined;
  if (!isDigest(digest) || !source || (await blobSize(blobsDir, source, digest)) === undefined) return false;
  await addToRepository(blobsDir, repository, digest, engine.clock.now());
  registryTraffic(engine).sparedBlobs += 1;
  answerCreated(res, repository.name, digest);
  return true;
}

async function finish(exchange: Exchange, upload: Upload): Promise<void> {
  const { engine, blobsDir, query, repository, res } = exchange;
  await receive(exchange, upload);
  const wanted = query.get('digest') ?? '';
  const digest: Digest = `sha256:${upload.hash.copy().digest('hex')}`;
  if (wanted !== digest) {
    await drop(upload);
    throw refusal(400, 'DIGEST_INVALID', `provided digest ${wanted} did not match uploaded content ${digest}`);
  }
  await storeBlob(blobsDir, upload.file, digest);
  uploads.delete(upload.id);
  await addToRepository(blobsDir, repository, digest, engine.clock.now());
  answerCreated(res, repository.name, digest);
}

/** Streams the request's body to the upload's file. A client that goes away takes its half upload with it. */
async function receive({ engine, req }: Exchange, upload: Upload): Promise<void> {
  const counters = registryTraffic(engine);
  const measure = async function* measure(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      upload.hash.update(chunk);
      upload.bytes += chunk.length;
      counters.uploadedBytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(req, measure, createWriteStream(upload.file, { flags: 'a', mode: 0o600 }));
  } catch (error) {
    await drop(upload);
    throw error;
  }
}

function findUpload({ repository }: Exchange, id: string): Upload {
  const upload = uploads.get(id);
  if (upload?.repository === repository.name) return upload;
  throw refusal(404, 'BLOB_UPLOAD_UNKNOWN', `The upload '${id}' does not exist`);
}

/** Chunks come in order; `Content-Range` says where one begins (spec.md, "Pushing a blob in chunks"). */
function refuseGaps({ req }: Exchange, upload: Upload): void {
  const start = /^(?:bytes[ =])?(\d+)-\d+/.exec(req.headers['content-range'] ?? '')?.[1];
  if (start === undefined || Number(start) === upload.bytes) return;
  throw refusal(416, 'BLOB_UPLOAD_INVALID', `expected a chunk at ${upload.bytes}, got one at ${start}`);
}

async function drop(upload: Upload): Promise<void> {
  uploads.delete(upload.id);
  await rm(upload.file, { force: true });
}

const progressHeaders = (upload: Upload) => ({
  location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
  range: `0-${Math.max(upload.bytes - 1, 0)}`,
  'docker-upload-uuid': upload.id,
  'content-length': 0,
});

function answerCreated(res: Exchange['res'], repository: string, digest: Digest): void {
  const location = `/v2/${repository}/blobs/${digest}`;
  res.writeHead(201, { location, 'docker-content-digest': digest, 'content-length': 0 }).end();
}
