import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connectionOf, dockerClient } from '../../../pipeline/edge/docker.ts';

test('goes where the active docker context points, or the one that is named', async () => {
  const config = await mkdtemp(path.join(tmpdir(), 'docker-config-'));
  const define = async (name: string, Host: string) => {
    const meta = path.join(config, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
    await mkdir(meta, { recursive: true });
    await writeFile(path.join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host } } }));
  };
  await define('colima', 'unix:///home/me/.colima/docker.sock');
  await define('far', 'tcp://10.0.0.5:2375');
  await writeFile(path.join(config, 'config.json'), '{"currentContext":"colima"}');
  const modemOf = async (context?: string) => (await dockerClient({ config, context })).modem as unknown as object;
  expect(await modemOf()).toMatchObject({ socketPath: '/home/me/.colima/docker.sock' });
  expect(await modemOf('far')).toMatchObject({ host: '10.0.0.5', port: 2375, protocol: 'http' });
  await rm(config, { recursive: true });
});

test.each([
  [undefined, {}],
  ['npipe:////./pipe/docker_engine', { socketPath: '//./pipe/docker_engine' }],
  ['ssh://me@builder:2222', { protocol: 'ssh', host: 'builder', port: 2222, username: 'me' }],
])('understands the address %s', (endpoint, connection) => {
  expect(connectionOf(endpoint)).toEqual(connection);
});
