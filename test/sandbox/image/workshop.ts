import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Dockerode from 'dockerode';
import type { Bundle } from '../../../pipeline/core/artifacts.ts';
import type { Context } from '../../../pipeline/core/context.ts';
import type { Event } from '../../../pipeline/core/event.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { connectAws } from '../../../pipeline/edge/aws.ts';
import { realClock } from '../../../pipeline/edge/clock.ts';
import { dockerClient } from '../../../pipeline/edge/docker.ts';
import { shell } from '../../../pipeline/edge/shell.ts';
import { ensureBundle } from '../../../pipeline/stages/bundle.ts';
import { startServer, type RunningServer } from '../../../sandbox/server.ts';
import { ensureBaseImage } from '../../support/base-image.mjs';
import { makeDeployer } from '../../support/deployer.ts';
import { noMachines } from '../../support/no-machines.ts';

const project = path.resolve(import.meta.dirname, '../../..');

/** Local images of the workshop carry its name, so that they can be removed without touching anybody's. */
const app = 'image-workshop';

/** The sample app in a directory of its own, real Docker, and ECR with its registry on loopback. */
export interface Workshop extends AsyncDisposable {
  ctx: Context;
  docker: Dockerode;
  server: RunningServer;
  target: Target;
  base: string;
  root: string;
  events: Event[];
  bundle(): Promise<Bundle>;
  edit(file: string, change: (text: string) => string): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const root = await mkdtemp(path.join(tmpdir(), 'workshop-'));
  const directory = path.join(root, 'app');
  await cp(path.join(project, 'test/fixtures/app'), directory, { recursive: true });
  const base = await ensureBaseImage();
  const docker = await dockerClient();
  const server = await startServer({
    region: 'us-east-1',
    machines: noMachines(),
    port: 0,
    stateDir: path.join(root, 'state'),
  });
  const { accessKeyId } = await makeDeployer(server.sandbox, [{ app, environment: 'production', region: 'us-east-1' }]);
  const credentials = { accessKeyId, secretAccessKey: 'sandbox' };
  const events: Event[] = [];
  const ctx: Context = {
    aws: await connectAws({ region: 'us-east-1', endpoint: `http://${server.authority}`, credentials }),
    docker,
    sh: shell,
    http: () => Promise.reject(new Error('no HTTP here')),
    dns: () => Promise.reject(new Error('no DNS here')),
    report: (event) => void events.push(event),
    clock: realClock,
    signal: new AbortController().signal,
    templates: path.join(project, 'templates'),
    cache: path.join(root, 'cache'),
  };
  const read = await readTarget(directory);
  const target: Target = {
    ...read,
    app,
    build: { ...read.build, executable: path.join(project, 'test/support/meteor'), allowSuperuser: true },
    image: { ...read.image, base, buildBase: base },
  };
  return {
    ctx,
    docker,
    server,
    target,
    base,
    root,
    events,
    bundle: async () => (await ensureBundle(ctx, target, {})).value,
    edit: async (file, change) => {
      const where = path.join(directory, file);
      await writeFile(where, change(await readFile(where, 'utf8')));
    },
    [Symbol.asyncDispose]: async () => {
      await removeImages(docker);
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function removeImages(docker: Dockerode): Promise<void> {
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes(`/${app}:`));
  for (const tag of tags) await docker.getImage(tag).remove();
}

/** Runs a container of `image` with no network at all; removed at the end. Gives its id once it runs. */
export async function runContainer(
  { docker, root }: Workshop,
  image: string,
  environment: unknown,
): Promise<{ container: Dockerode.Container } & AsyncDisposable> {
  const file = path.join(root, 'environment.json');
  await writeFile(file, JSON.stringify(environment));
  const container = await docker.createContainer({
    Image: image,
    Env: ['PORT=3000', 'REDEPLOY_RELEASE=v7'],
    HostConfig: { NetworkMode: 'none', Binds: [`${file}:/run/redeploy/environment.json:ro`] },
  });
  await container.start();
  return { container, [Symbol.asyncDispose]: () => container.remove({ force: true }) };
}

/** What a program printed in a running container, both streams together. */
export async function execIn(container: Dockerode.Container, command: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').trim();
}
