import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../api/error.ts';
import type { EcrRepository } from './ecr/state.ts';
import type { Engine } from './engine.ts';
import type { Principal } from './iam/state.ts';
import { cleanBlobs, isDigest } from './registry/blob-store.ts';
import { sendBlob } from './registry/blobs.ts';
import { answerError, refusal, type Exchange } from './registry/exchange.ts';
import { checkRegistryAction } from './registry/actions.ts';
import { checkLogin } from './registry/login.ts';
import { parseManifest } from './registry/manifest.ts';
import { putManifest, sendManifest } from './registry/manifests.ts';
import { appendToUpload, beginUpload, cancelUpload, finishUpload, showUpload } from './registry/uploads.ts';

/** Whether a request's path is the registry's. */
export const isRegistryPath = (url: string): boolean => /^\/v2(?:\/|\?|$)/.test(url);

/**
 * Answers a request of the OCI distribution protocol 1.1 as ECR does: push and pull, no deletion, no creation on push.
 * Blobs stream to and from `blobsDir`; manifests are in the engine's state. Never rejects because of a client.
 */
export async function handleRegistry(
  engine: Engine,
  blobsDir: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  res.setHeader('docker-distribution-api-version', 'registry/2.0');
  const principal = checkLogin(engine, req, res);
  if (!principal) return;
  if (req.method?.startsWith('P') && engine.sky.hit('registry-breaks')) return void req.socket.resetAndDestroy();
  try {
    await route(engine, blobsDir, { req, res, principal });
  } catch (error) {
    if (error instanceof AwsError && !res.headersSent) answerError(res, error);
    else if (req.destroyed || res.destroyed) engine.log(`registry: ${req.method} ${req.url}: the client went away`);
    else throw error;
  }
}

/** Call once at the start of a sandbox: removes what cut-off pushes and deleted images left on disk. */
export async function cleanRegistry(engine: Engine, blobsDir: string): Promise<void> {
  const images = Object.values(engine.state.ecr.repositories).flatMap(({ images }) => Object.values(images));
  const named = new Set(images.flatMap(({ manifest }) => parseManifest(manifest).blobs as string[]));
  await cleanBlobs(blobsDir, named);
}

interface Visit {
  req: IncomingMessage;
  res: ServerResponse;
  principal: Principal;
}

async function route(engine: Engine, blobsDir: string, { req, res, principal }: Visit): Promise<void> {
  const { pathname, searchParams: query } = new URL(req.url ?? '/', `http://${engine.authority}`);
  if (/^\/v2\/?$/.test(pathname)) {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).end('{}');
    return;
  }
  const { name, what, rest } = partsOf(pathname);
  checkRegistryAction(engine, principal, { method: req.method ?? 'GET', what, name });
  const exchange = { engine, blobsDir, req, res, query, repository: findRepository(engine, name) };
  const method = req.method === 'HEAD' ? 'GET' : req.method;
  const handler = handlers[`${method} ${what}`];
  if (!handler) throw refusal(405, 'UNSUPPORTED', `The operation is unsupported: ${req.method} ${pathname}`);
  await handler(exchange, rest);
}

/** `/v2/<name, with slashes>/<what>/<reference, digest or upload>`. */
function partsOf(pathname: string): { name: string; what: string; rest: string } {
  const pattern = /^\/v2\/(?<name>.+?)\/(?<what>blobs\/uploads|blobs|manifests|tags)\/(?<rest>[^/]*)$/;
  const { name = '', what = '', rest = '' } = pattern.exec(pathname)?.groups ?? {};
  return { name, what, rest: decodeURIComponent(rest) };
}

const handlers: Record<string, (exchange: Exchange, rest: string) => Promise<void> | void> = {
  'POST blobs/uploads': beginUpload,
  'PATCH blobs/uploads': appendToUpload,
  'PUT blobs/uploads': finishUpload,
  'GET blobs/uploads': showUpload,
  'DELETE blobs/uploads': cancelUpload,
  'GET blobs': (exchange, digest) => {
    if (!isDigest(digest)) throw refusal(400, 'DIGEST_INVALID', `expected a sha256 digest, got ${digest}`);
    return sendBlob(exchange, digest);
  },
  'GET manifests': sendManifest,
  'PUT manifests': putManifest,
  'GET tags': sendTags,
};

function findRepository(engine: Engine, name: string): EcrRepository {
  const { repositories } = engine.state.ecr;
  const repository = Object.hasOwn(repositories, name) ? repositories[name] : undefined;
  if (repository) return repository;
  const account = engine.state.account;
  const message = `The repository with name '${name}' does not exist in the registry with id '${account}'`;
  throw refusal(404, 'NAME_UNKNOWN', message);
}

function sendTags({ res, repository, query }: Exchange, rest: string): void {
  if (rest !== 'list') throw refusal(404, 'UNSUPPORTED', `nothing at tags/${rest}`);
  const last = query.get('last') ?? '';
  const tags = Object.values(repository.images)
    .flatMap((image) => image.tags)
    .filter((tag) => tag > last)
    .toSorted()
    .slice(0, Number(query.get('n') ?? 1000));
  const body = JSON.stringify({ name: repository.name, tags });
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}
