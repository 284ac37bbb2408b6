import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlace, type Place } from './bad-input-place.ts';

/** Counts whoever comes; answers nobody. */
async function trap(): Promise<{ port: number; calls: string[]; close: () => void }> {
  const calls: string[] = [];
  const server = createServer((request) => {
    calls.push(`${request.method} ${request.url}`);
    request.socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, calls, close: () => server.close() };
}

const root = path.resolve(import.meta.dirname, '../..');
const built = path.join(root, 'dist/pipeline/cli.js');
const run = promisify(execFile);

/** A process of its own: the CLI as people have it. */
async function asProcess(command: string, env: Record<string, string>) {
  if (!existsSync(built)) await run('npm', ['run', '--silent', 'build'], { cwd: root });
  const options = { cwd: place.app, env: { ...process.env, ...env } };
  const ended = run(process.execPath, [built, command], options).then(
    (good) => ({ code: 0, ...good }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const { code: exitCode, stdout, stderr } = await ended;
  return { exitCode, stdout, stderr };
}

let place: Place;
beforeEach(async () => (place = await openPlace()));
afterEach(() => place[Symbol.asyncDispose]());

test('a configuration with ten mistakes prints ten errors with key, value, remedy, before any call to AWS or Docker', async () => {
  const [aws, docker] = await Promise.all([trap(), trap()]);
  const traps = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${aws.port}`,
    DOCKER_HOST: `tcp://127.0.0.1:${docker.port}`,
  };
  place.setEnvironment(traps);
  await place.write({
    'redeploy.json': JSON.stringify({
      app: 'Shop',
      region: 'us-east-1',
      instance: { type: 'large' },
      fleet: { min: 6, max: 3, targetCpuPercent: 100, schedules: { night: { recurrence: 'at night', max: 8 } } },
      health: { intervalSeconds: 5, timeoutSeconds: 6 },
      volumes: { '/uploads': '/uploads' },
      environments: { production: { logs: { retentionDays: 31 }, settings: 'live.json' } },
    }),
    'live.json': '{ "private": { "key": "hush" }, }',
    'settings/production.env': 'ROOT_URL=www.example.com\nAPI_KEY=hush\n',
  });
  const expected = [
    /app: .*lowercase.* \(found "Shop"\)/,
    /instance\.type: .*looks like t3\.small \(found "large"\)/,
    /fleet\.targetCpuPercent: .*95 \(found 100\)/,
    /environments\.production\.logs\.retentionDays: .*30.* \(found 31\)/,
    /there is no key "volumes": .*S3.*EFS/,
    /fleet\.min 6 is larger than fleet\.max 3/,
    /fleet\.schedules\.night\.recurrence "at night" .*as in "0 8 \* \* MON-FRI"/,
    /health\.timeoutSeconds 6 is not shorter than health\.intervalSeconds 5/,
    /live\.json is not valid JSON: line 1, column 33/,
    /ROOT_URL "www\.example\.com" is no address; it looks like https:/,
  ];
  const runs = [
    () => place.redeploy('deploy'),
    () => place.redeploy('plan'),
    () => asProcess('deploy', { ...traps, NO_COLOR: '1' }),
  ];
  for (const start of runs) {
    const { exitCode, stdout, stderr } = await start();
    const lines = stderr.split('\n');
    for (const part of expected)
      expect(
        lines.filter((line) => part.test(line)),
        `${part} in\n${stderr}`,
      ).toHaveLength(1);
    expect(stderr).toContain(`mistakes in ${path.join(place.app, 'redeploy.json')}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).not.toContain('hush');
  }
  expect([aws.calls, docker.calls]).toEqual([[], []]);
  aws.close();
  docker.close();
}, 60_000);
