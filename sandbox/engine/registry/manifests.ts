import { createHash } from 'node:crypto';
import type { EcrImage } from '../ecr/state.ts';
import { blobSize, isDigest } from './blob-store.ts';
import { refusal, type Exchange } from './exchange.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { registryTraffic } from './traffic.ts';

/** Manifests are at most 4 MiB (spec.md, "Pushing Manifests"). */
const maxManifestBytes = 4 * 1024 * 1024;

/** GET and HEAD of a manifest by tag or digest, byte for byte as it was pushed. */
export function sendManifest({ engine, req, res, repository }: Exchange, reference: string): void {
  const image = findImage(repository.images, reference);
  if (!image) throw refusal(404, 'MANIFEST_UNKNOWN', `Requested image not found: ${repository.name} ${reference}`);
  const body = Buffer.from(image.manifest, 'utf8');
  res.writeHead(200, {
    'content-type': image.mediaType,
    'content-length': body.length,
    'docker-content-digest': image.digest,
  });
  registryTraffic(engine).downloadedBytes += req.method === 'HEAD' ? 0 : body.length;
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** PUT of a manifest: everything that it names must be there already. */
export async function putManifest(exchange: Exchange, reference: string): Promise<void> {
  const { engine, req, res, repository } = exchange;
  const body = await readManifest(exchange);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (isDigest(reference) && reference !== digest) {
    throw refusal(400, 'DIGEST_INVALID', `provided digest ${reference} did not match uploaded content ${digest}`);
  }
  const text = body.toString('utf8');
  const manifest = parseManifest(text);
  await refuseMissingParts(exchange, manifest);
  const tag = isDigest(reference) ? undefined : reference;
  if (tag !== undefined) refuseTakenTag(exchange, tag);
  const mediaType = req.headers['content-type'] ?? manifest.mediaType ?? '';
  const images = repository.images;
  images[digest] ??= {
    digest,
    mediaType,
    manifest: text,
    bytes: manifest.bytes,
    pushedAt: engine.clock.now(),
    tags: [],
  };
  if (tag !== undefined) moveTag(images, tag, digest);
  engine.save();
  const location = `/v2/${repository.name}/manifests/${digest}`;
  const subject = manifest.subject === undefined ? {} : { 'oci-subject': manifest.subject };
  res.writeHead(201, { location, 'docker-content-digest': digest, 'content-length': 0, ...subject }).end();
}

/** The repository's image that a tag or digest leads to. */
export function findImage(images: Record<string, EcrImage>, reference: string): EcrImage | undefined {
  if (isDigest(reference)) return images[reference];
  return Object.values(images).find(({ tags }) => tags.includes(reference));
}

async function readManifest({ engine, req }: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxManifestBytes) throw refusal(413, 'MANIFEST_INVALID', `manifest exceeds ${maxManifestBytes} bytes`);
    chunks.push(chunk);
  }
  registryTraffic(engine).uploadedBytes += bytes;
  return Buffer.concat(chunks);
}

async function refuseMissingParts({ blobsDir, repository }: Exchange, manifest: Manifest): Promise<void> {
  for (const digest of manifest.blobs) {
    if ((await blobSize(blobsDir, repository, digest)) === undefined) {
      throw refusal(404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${digest}`);
    }
  }
  const missing = manifest.manifests.find((digest) => !repository.images[digest]);
  if (missing === undefined) return;
  throw refusal(
    404,
    'MANIFEST_BLOB_UNKNOWN',
    `Images with digests '[${missing}]' required for pushing image into repository with name '${repository.name}' ` +
      `in the registry with id '${repository.arn.split(':')[4]}' do not exist`,
  );
}

/**
 * ECR refuses a tag that is there, be the image the same or not (docs: image-tag-mutability.html, docker push answers
 * `tag invalid: The image tag '…' already exists …`; containers-roadmap issue 2380).
 */
function refuseTakenTag({ repository }: Exchange, tag: string): void {
  if (!/^\w[\w.-]{0,127}$/.test(tag)) throw refusal(400, 'TAG_INVALID', `invalid tag '${tag}'`);
  if (repository.tagMutability === 'MUTABLE' || !findImage(repository.images, tag)) return;
  throw refusal(
    400,
    'TAG_INVALID',
    `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because ` +
      'the repository is immutable.',
  );
}

function moveTag(images: Record<string, EcrImage>, tag: string, digest: string): void {
  for (const image of Object.values(images)) {
    const others = image.tags.filter((other) => other !== tag);
    image.tags = image.digest === digest ? [...others, tag] : others;
  }
}
