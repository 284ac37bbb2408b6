import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { issueRegistryPassword } from '../../../sandbox/engine/ecr/passwords.ts';
import type { EcrRepository } from '../../../sandbox/engine/ecr/state.ts';
import { handleRegistry } from '../../../sandbox/engine/registry.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { startSandbox } from '../../support/sandbox.ts';

export const digestOf = (data: string | Buffer) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** A registry of its own on a free port, and a client that has logged in. */
export interface Registry extends AsyncDisposable {
  sandbox: Sandbox;
  blobsDir: string;
  url: string;
  /** A request with good credentials unless `init` has others. */
  send(method: string, path: string, init?: RequestInit): Promise<Response>;
  addRepository(name: string, options?: Partial<EcrRepository>): void;
  /** Pushes a blob in one go; gives its digest. */
  pushBlob(repository: string, data: string): Promise<string>;
  /** Pushes config, one layer and manifest; gives the manifest's digest. */
  pushImage(repository: string, tag: string, layer: string): Promise<string>;
  /** Every regular file below the blobs' directory that is not a mark of membership. */
  files(): Promise<string[]>;
}

export async function openRegistry(): Promise<Registry> {
  const sandbox = await startSandbox();
  const { engine } = sandbox;
  const blobsDir = await mkdtemp(path.join(tmpdir(), 'redeploy-registry-'));
  const server = createServer((req, res) => void handleRegistry(engine, blobsDir, req, res));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { password } = issueRegistryPassword(engine, { kind: 'account' });
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;

  const send = (method: string, where: string, init: RequestInit = {}) =>
    fetch(new URL(where, url), {
      method,
      signal: AbortSignal.timeout(5000),
      ...init,
      headers: { authorization, ...(init.headers as Record<string, string>) },
    });
  const pushBlob = async (repository: string, data: string) => {
    const digest = digestOf(data);
    await send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: data });
    return digest;
  };
  return {
    sandbox,
    blobsDir,
    url,
    send,
    pushBlob,
    addRepository: (name, options = {}) => {
      engine.state.ecr.repositories[name] = {
        name,
        arn: `arn:aws:ecr:us-east-1:123456789012:repository/${name}`,
        uri: `${engine.authority}/${name}`,
        createdAt: engine.clock.now(),
        tagMutability: 'IMMUTABLE',
        scanOnPush: true,
        tags: {},
        images: {},
        ...options,
      };
    },
    pushImage: async (repository, tag, layer) => {
      const text = manifestOf(await pushBlob(repository, '{}'), await pushBlob(repository, layer), layer.length);
      const answer = await send('PUT', `/v2/${repository}/manifests/${tag}`, {
        body: text,
        headers: { 'content-type': manifestType },
      });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return digestOf(text);
    },
    files: async () => {
      const entries = await readdir(blobsDir, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
      return files.filter((file) => !file.includes('repositories'));
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await sandbox.close();
      await rm(blobsDir, { recursive: true, force: true });
    },
  };
}

export const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

export const manifestOf = (config: string, layer: string, size: number) =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest: config },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size, digest: layer }],
  });
