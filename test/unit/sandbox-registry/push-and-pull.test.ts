import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanRegistry } from '../../../sandbox/engine/registry.ts';
import { registryTraffic } from '../../../sandbox/engine/registry/traffic.ts';
import { digestOf, manifestOf, manifestType, openRegistry, type Registry } from './client.ts';

let registry: Registry;

beforeEach(async () => {
  registry = await openRegistry();
  registry.addRepository('shop/app');
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
});

const errorOf = async (answer: Response) => {
  const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
  return { status: answer.status, ...errors[0] };
};

test('a client without a good password is challenged, one with an old password is told that it expired', async () => {
  const stranger = await fetch(`${registry.url}/v2/`);
  expect(stranger.status).toBe(401);
  expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  expect((await registry.send('GET', '/v2/')).status).toBe(200);

  const { passwords } = registry.sandbox.engine.state.ecr;
  for (const issued of Object.values(passwords)) issued.expiresAt = 0;
  expect(await errorOf(await registry.send('GET', '/v2/'))).toMatchObject({ status: 403, code: 'DENIED' });
});

test('a repository is not created by a push', async () => {
  const refused = await registry.send('POST', '/v2/other/blobs/uploads/');
  expect(await errorOf(refused)).toEqual({
    status: 404,
    code: 'NAME_UNKNOWN',
    message: "The repository with name 'other' does not exist in the registry with id '123456789012'",
  });
});

test('a blob comes in chunks, in order, and goes out whole or in part', async () => {
  const begun = await registry.send('POST', '/v2/shop/app/blobs/uploads/');
  const location = begun.headers.get('location') ?? '';
  const first = await registry.send('PATCH', location, { body: 'hello ', headers: { 'content-range': '0-5' } });
  expect([first.status, first.headers.get('range')]).toEqual([202, '0-5']);
  const gap = await registry.send('PATCH', location, { body: 'world', headers: { 'content-range': '9-13' } });
  expect(gap.status).toBe(416);
  const digest = digestOf('hello world');
  const stored = await registry.send('PUT', `${location}?digest=${digest}`, { body: 'world' });
  expect([stored.status, stored.headers.get('docker-content-digest')]).toEqual([201, digest]);

  const head = await registry.send('HEAD', `/v2/shop/app/blobs/${digest}`);
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '11']);
  const part = await registry.send('GET', `/v2/shop/app/blobs/${digest}`, { headers: { range: 'bytes=6-' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 6-10/11', 'world']);
  const beyond = await registry.send('GET', `/v2/shop/app/blobs/${digest}`, { headers: { range: 'bytes=11-' } });
  expect(beyond.status).toBe(416);
});

test('a blob that is not what its digest says is refused and leaves nothing', async () => {
  const wrong = digestOf('something else');
  const refused = await registry.send('POST', `/v2/shop/app/blobs/uploads/?digest=${wrong}`, { body: 'hello' });
  expect(await errorOf(refused)).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  expect(await registry.files()).toEqual([]);
});

test('a client that goes away in the middle of an upload leaves nothing', async () => {
  const begun = await registry.send('POST', '/v2/shop/app/blobs/uploads/');
  const authorization = await loginOf(registry);
  const upload = request(new URL(begun.headers.get('location') ?? '', registry.url), {
    method: 'PATCH',
    headers: { authorization, 'content-length': '1000000' },
  });
  upload.on('error', () => {});
  upload.write('a'.repeat(1000));
  const id = begun.headers.get('docker-upload-uuid') ?? '';
  await until(async () => (await registry.files()).length > 0);
  upload.destroy();
  await until(async () => (await registry.files()).length === 0);
  expect((await registry.send('GET', `/v2/shop/app/blobs/uploads/${id}`)).status).toBe(404);
});

test('an image is found by tag and digest, byte for byte, and ECR knows it', async () => {
  const digest = await registry.pushImage('shop/app', 'v1', 'layer one');
  for (const reference of ['v1', digest]) {
    const pulled = await registry.send('GET', `/v2/shop/app/manifests/${reference}`);
    expect(pulled.headers.get('content-type')).toBe(manifestType);
    expect(digestOf(await pulled.text())).toBe(digest);
  }
  const head = await registry.send('HEAD', '/v2/shop/app/manifests/v1');
  expect([head.headers.get('docker-content-digest'), await head.text()]).toEqual([digest, '']);
  const tags = await registry.send('GET', '/v2/shop/app/tags/list');
  expect(await tags.json()).toEqual({ name: 'shop/app', tags: ['v1'] });
  const image = registry.sandbox.engine.state.ecr.repositories['shop/app']?.images[digest];
  expect(image).toMatchObject({ digest, mediaType: manifestType, bytes: 11, tags: ['v1'] });
  expect((await registry.send('GET', '/v2/shop/app/manifests/v2')).status).toBe(404);
});

test('a manifest is refused when a part of it is missing or its digest is another', async () => {
  const config = await registry.pushBlob('shop/app', '{}');
  const body = manifestOf(config, digestOf('never pushed'), 12);
  const init = { body, headers: { 'content-type': manifestType } };
  const missing = await registry.send('PUT', '/v2/shop/app/manifests/v1', init);
  expect(await errorOf(missing)).toMatchObject({ status: 404, code: 'MANIFEST_BLOB_UNKNOWN' });
  const other = await registry.send('PUT', `/v2/shop/app/manifests/${digestOf('x')}`, init);
  expect(await errorOf(other)).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  const nonsense = await registry.send('PUT', '/v2/shop/app/manifests/v1', { ...init, body: 'hello' });
  expect(await errorOf(nonsense)).toMatchObject({ status: 400, code: 'MANIFEST_INVALID' });
});

test('an immutable tag stays where it is, even for the same image; a mutable one moves', async () => {
  await registry.pushImage('shop/app', 'v1', 'layer one');
  await expect(registry.pushImage('shop/app', 'v1', 'layer one')).rejects.toThrow(
    "The image tag 'v1' already exists in the 'shop/app' repository and cannot be overwritten because the repository " +
      'is immutable.',
  );
  registry.addRepository('scratch', { tagMutability: 'MUTABLE' });
  const old = await registry.pushImage('scratch', 'latest', 'layer one');
  const now = await registry.pushImage('scratch', 'latest', 'layer two');
  const { images = {} } = registry.sandbox.engine.state.ecr.repositories['scratch'] ?? {};
  expect([images[old]?.tags, images[now]?.tags]).toEqual([[], ['latest']]);
});

test('what another repository has can be mounted without sending it, but is not simply there', async () => {
  const digest = await registry.pushBlob('shop/app', 'a big layer');
  registry.addRepository('shop/worker');
  expect((await registry.send('HEAD', `/v2/shop/worker/blobs/${digest}`)).status).toBe(404);
  const before = registryTraffic(registry.sandbox.engine).uploadedBytes;
  const mounted = await registry.send('POST', `/v2/shop/worker/blobs/uploads/?mount=${digest}&from=shop/app`);
  expect(mounted.status).toBe(201);
  expect((await registry.send('HEAD', `/v2/shop/worker/blobs/${digest}`)).status).toBe(200);
  expect(registryTraffic(registry.sandbox.engine).uploadedBytes).toBe(before);
  const unknown = await registry.send('POST', `/v2/shop/worker/blobs/uploads/?mount=${digestOf('x')}&from=shop/app`);
  expect(unknown.status).toBe(202);
});

test('a repository that was deleted and made again has forgotten its blobs', async () => {
  const digest = await registry.pushBlob('shop/app', 'a layer');
  registry.addRepository('shop/app', { createdAt: Date.now() + 1000 });
  expect((await registry.send('HEAD', `/v2/shop/app/blobs/${digest}`)).status).toBe(404);
  await registry.pushBlob('shop/app', 'a layer');
  expect((await registry.send('HEAD', `/v2/shop/app/blobs/${digest}`)).status).toBe(200);
});

test('a new start removes blobs that no image names, and keeps the others', async () => {
  const digest = await registry.pushImage('shop/app', 'v1', 'layer one');
  await registry.pushBlob('shop/app', 'left over from a push that was cut off');
  expect(await registry.files()).toHaveLength(3);
  await cleanRegistry(registry.sandbox.engine, registry.blobsDir);
  expect(await registry.files()).toHaveLength(2);
  expect((await registry.send('GET', `/v2/shop/app/manifests/${digest}`)).status).toBe(200);
});

async function loginOf({ sandbox }: Registry): Promise<string> {
  const [password = ''] = Object.keys(sandbox.engine.state.ecr.passwords);
  return `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;
}

async function until(probe: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await probe())) {
    if (Date.now() > end) throw new Error('it did not happen within 5 s');
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
}
