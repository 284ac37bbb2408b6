import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from '../../../pipeline/commands/run.ts';
import type { Image } from '../../../pipeline/core/artifacts.ts';
import { http } from '../../../pipeline/edge/http.ts';
import { ensureImage, ensureLocalImage } from '../../../pipeline/stages/image.ts';
import { freePort } from '../../support/free-port.ts';
import { execIn, openWorkshop, runContainer, type Workshop } from './workshop.ts';

const token = 'npm-token-that-nobody-may-see';
const buildArguments = { GREETING: `say "hi" and "bye" to pa$$word \${HOME} \\ \`id\` it's\n# = ü` };
let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
});

const options = { caBundle: process.env['NODE_EXTRA_CA_CERTS'], environment: { NPM_TOKEN: token } };

interface Manifest {
  config: { digest: string; size: number };
  layers: { digest: string; size: number }[];
}

/** What the registry holds of an image: compressed blobs and their sizes. */
function blobsOf({ digest }: Image): Map<string, number> {
  const images = workshop.server.sandbox.engine.state.ecr.repositories['redeploy/image-workshop']?.images;
  const { config, layers } = JSON.parse(images?.[digest]?.manifest ?? '') as Manifest;
  return new Map([config, ...layers].map((blob) => [blob.digest, blob.size]));
}

const bytes = (blobs: Iterable<number>) => [...blobs].reduce((sum, size) => sum + size, 0);

let first: Image;
let second: Image;

test('a changed line sends one small layer; all layers of npm packages are the same bytes', async () => {
  await writeFile(path.join(workshop.target.directory, '.npmrc'), '//registry.example/:_authToken=${NPM_TOKEN}\n');
  workshop.target.image.npmrc = '.npmrc';
  workshop.target.image.buildArguments = buildArguments;
  first = (await ensureImage(workshop.ctx, workshop.target, await workshop.bundle(), options)).value;
  await workshop.edit('imports/api/limits.js', (text) => `${text}\nexport const added = 'a line';\n`);
  const bundle = await workshop.bundle();
  const made = await ensureImage(workshop.ctx, workshop.target, bundle, options);
  second = made.value;
  expect(second.digest).not.toBe(first.digest);
  const before = blobsOf(first);
  const after = blobsOf(second);
  const sent = [...after].filter(([digest]) => !before.has(digest));
  // The layer of the app, and the config that names it.
  expect(sent).toHaveLength(2);
  expect(bytes(sent.map(([, size]) => size))).toBeLessThan(0.05 * bytes(before.values()));
  expect(made.detail).toMatch(/^[\d.]+ MB in 1 layer sent, \d+ layers were there$/);
  const again = await ensureImage(workshop.ctx, workshop.target, bundle, options);
  expect(again).toMatchObject({ reused: true, value: second });
});

test('a machine that never built the app makes the same layers', async () => {
  const { ctx, docker, target } = workshop;
  const tag = `redeploy/image-workshop:${second.key}`;
  const layers = async () => (await docker.getImage(tag).inspect()).RootFS.Layers;
  const warm = await layers();
  await docker.getImage(tag).remove();
  const forgetful = Object.create(docker) as typeof docker;
  forgetful.buildImage = ((context: NodeJS.ReadableStream, how: object) =>
    docker.buildImage(context, { ...how, nocache: true })) as typeof docker.buildImage;
  await ensureLocalImage({ ...ctx, docker: forgetful }, target, await workshop.bundle(), options);
  expect(await layers()).toEqual(warm);
});

test('neither image nor history nor any file in it holds what npm install was told in confidence', async () => {
  const image = workshop.docker.getImage(`redeploy/image-workshop:${second.key}`);
  const seen = JSON.stringify([await image.inspect(), await image.history()]);
  expect(seen).not.toContain(token);
  expect(seen).not.toMatch(/BEGIN CERTIFICATE/);
  const { Config } = await image.inspect();
  expect(Config).toMatchObject({ User: '1000:1000', WorkingDir: '/app', Entrypoint: ['node', '/redeploy/start.mjs'] });
  expect(Config.Cmd ?? []).toEqual([]);
  expect(Config.ExposedPorts).toEqual({ '3000/tcp': {} });
  expect(Config.Env.filter((line) => !/^(PATH|NODE_VERSION|YARN_VERSION)=/.test(line))).toEqual([
    'NODE_ENV=production',
  ]);
  expect(Config.Labels).toMatchObject({ 'redeploy.app': 'image-workshop', 'redeploy.meteor': 'METEOR@3.0.4' });
  const search = [
    'grep',
    '-rlF',
    token,
    '/app',
    '/redeploy',
    '/etc',
    '/root',
    '/home',
    '/var',
    '/tmp',
    '/usr/local',
    '/run',
  ];
  const container = await workshop.docker.createContainer({
    Image: `redeploy/image-workshop:${second.key}`,
    Entrypoint: search,
    User: '0',
  });
  await container.start();
  const { StatusCode } = (await container.wait()) as { StatusCode: number };
  await container.remove();
  // grep's own word for "found nothing".
  expect(StatusCode).toBe(1);
});

test('21 starts with nodejs.org, npm and every registry out of reach, as nobody special, and node gets the SIGTERM of docker stop', async () => {
  const environment = { env: { ROOT_URL: 'http://localhost' }, settings: { public: { greeting: 'hello' } } };
  await using running = await runContainer(workshop, `redeploy/image-workshop:${second.key}`, environment);
  const { container } = running;
  const ask =
    "fetch('http://127.0.0.1:3000/.well-known/redeploy/health').then(async (answer) => console.log(`${answer.status} ${await answer.text()}`), () => console.log('down'))";
  await vi.waitUntil(async () => (await execIn(container, ['node', '-e', ask])).startsWith('200 '), {
    timeout: 60_000,
    interval: 200,
  });
  expect(await execIn(container, ['node', '-e', ask])).toContain('v7');
  expect(await execIn(container, ['sh', '-c', 'grep Uid /proc/1/status; tr "\\0" " " < /proc/1/cmdline'])).toMatch(
    /Uid:\s+1000\s+1000[\s\S]*node \/redeploy\/start\.mjs/,
  );
  await container.stop({ t: 30 });
  const { State } = await container.inspect();
  expect(State.ExitCode).toBe(0);
  const logs = (await container.logs({ stdout: true, stderr: true })).toString('utf8');
  expect(logs).toContain('stopping:');
});

test('3 native modules are built in the image, with build arguments (see 4) that the running app does not have', async () => {
  const bundle = await workshop.bundle();
  const directory = path.join(workshop.root, 'native');
  await cp(bundle.directory, directory, { recursive: true });
  const host = path.join(directory, 'programs/server/npm/node_modules/native-thing');
  await mkdir(host, { recursive: true });
  const words = "process.platform + ' ' + process.version + ' in the image: ' + process.env.GREETING";
  const install = `node -e "fs.writeFileSync('built.txt', ${words})"`;
  const manifest = { name: 'native-thing', version: '1.0.0', scripts: { install } };
  await writeFile(path.join(host, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(host, 'built.txt'), 'by the host');
  await writeFile(path.join(directory, 'programs/server/npm-rebuilds.json'), '["npm"]');
  const native = { ...bundle, key: 'b-native' as const, directory };
  const buildInstructions = ['RUN printf %s "$GREETING" >/instructed.txt'];
  const target = { ...workshop.target, image: { ...workshop.target.image, buildInstructions } };
  const image = await ensureLocalImage(workshop.ctx, target, native, options);
  await using running = await runContainer(workshop, image, { env: { ROOT_URL: 'http://localhost' }, settings: {} });
  const read = (file: string) =>
    execIn(running.container, ['node', '-p', `JSON.stringify(fs.readFileSync('${file}', 'utf8'))`]);
  const built: unknown = JSON.parse(await read('/app/programs/server/npm/node_modules/native-thing/built.txt'));
  expect(built).toMatch(/^linux v\d+\.\d+\.\d+ in the image: /);
  expect(String(built).endsWith(`: ${buildArguments.GREETING}`)).toBe(true);
  expect(JSON.parse(await read('/instructed.txt'))).toBe(buildArguments.GREETING);
  expect(await execIn(running.container, ['cat', '/proc/1/environ'])).not.toContain('GREETING');
});

test('`redeploy run` runs it here as an instance would, and leaves neither container nor settings', async () => {
  const { ctx, target, docker } = workshop;
  const name = 'redeploy-run-image-workshop-production';
  const port = await freePort();
  const [stop, hurry] = [new AbortController(), new AbortController()];
  const lines: string[] = [];
  const own = { ...ctx, http, signal: stop.signal };
  const { directory: bundle } = await workshop.bundle();
  const way = { bundle, port, impatience: hurry.signal, onLine: (line: string) => void lines.push(line), ...options };
  const running = run(own, target, way);
  const isHealthy = () =>
    workshop.events.some((one) => 'message' in one && one.message.startsWith(`healthy at http://localhost:${port} `));
  await vi.waitUntil(isHealthy, { timeout: 60_000, interval: 100 });
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(page).toContain('Hello%20from%20production');
  const container = docker.getContainer(name);
  const { HostConfig, Config } = await container.inspect();
  expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] });
  expect(JSON.stringify(Config)).not.toContain('example-payment-key');
  const inside = `stat -c '%a %u' /run/redeploy/environment.json; grep -E 'Uid|CapEff' /proc/1/status`;
  expect(await execIn(container, ['sh', '-c', inside])).toMatch(/^600 1000\s+Uid:\s+1000[^]*CapEff:\s+0+$/);
  await expect(run(own, { ...target, environment: 'staging' }, way)).rejects.toMatchObject({
    code: 'docker',
    message: expect.stringContaining(`does not start on port ${port}`) as string,
  });
  stop.abort(new Error('interrupted'));
  expect(await running).toMatchObject({ exitCode: 0, url: `http://localhost:${port}` });
  expect(lines.join('\n')).toMatch(/stopping: \d+ clients/);
  await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test('shows what the failing step printed', async () => {
  const bundle = await workshop.bundle();
  const server = path.join(workshop.root, 'broken/programs/server');
  await mkdir(server, { recursive: true });
  await writeFile(
    path.join(server, 'package.json'),
    JSON.stringify({ scripts: { install: 'echo compiling; exit 7' } }),
  );
  const broken = { ...bundle, key: 'b-broken' as const, directory: path.join(workshop.root, 'broken') };
  await expect(ensureLocalImage(workshop.ctx, workshop.target, broken, options)).rejects.toMatchObject({
    code: 'image',
    message: expect.stringMatching(
      /cannot be built: \[dependencies \d\/\d\] RUN .*npm install .* ended with exit code: 7/,
    ) as string,
    lines: expect.arrayContaining(['compiling', expect.stringMatching(/npm (error|ERR!)/)]) as string[],
  });
});

test('refuses a base image for another CPU, and one that nobody has', async () => {
  const bundle = await workshop.bundle();
  await workshop.docker.getImage(workshop.base).tag({ repo: 'redeploy-test/image-workshop', tag: '1' });
  const image = { ...workshop.target.image, buildBase: 'redeploy-test/image-workshop:1' };
  const arm = { ...workshop.target, architecture: 'arm64' as const, image: { ...image, base: image.buildBase } };
  await expect(ensureLocalImage(workshop.ctx, arm, bundle, options)).rejects.toMatchObject({
    code: 'image',
    message: expect.stringMatching(/image-workshop:1 \(the one in Docker is for amd64, wanted is arm64\)/) as string,
  });
  const gone = { ...workshop.target, image: { ...workshop.target.image, base: 'redeploy-test/nobody-has-it:1' } };
  await expect(ensureLocalImage(workshop.ctx, gone, bundle, options)).rejects.toMatchObject({
    code: 'image',
    message: expect.stringContaining('cannot get base image redeploy-test/nobody-has-it:1') as string,
    hint: expect.stringContaining('docker pull --platform linux/amd64') as string,
  });
});
