import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import { dockerPlatform } from '../core/architecture.ts';
import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import { runtimeHealthPath } from '../core/health.ts';
import { stemOf } from '../core/names.ts';
import { drainSeconds, keepAliveSeconds } from '../core/release.ts';
import type { Secret } from '../core/secret.ts';
import type { Target } from '../core/target.ts';
import { packEnvironment } from './local-app/environment.ts';

/** One run of the app on this machine. */
export interface LocalRun {
  image: string;
  /** What start.mjs reads: settings and env. */
  document: Secret;
  /** Port on this machine; in its container the app has the one that it has on an instance. */
  port: number;
  onLine: (line: string) => void;
}

/** The app's container. Disposal removes it, whatever it does. */
export interface LocalApp extends AsyncDisposable {
  /** Exit code, as soon as the app has ended. */
  exit: Promise<number>;
  /** As systemd does it on an instance: SIGTERM, and SIGKILL after 20 s. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts the image as templates/machine/run-app.sh does. Settings and env are put into the stopped container instead of being
 * mounted: no file of ours is on the disk, and it works where Docker runs elsewhere. Throws `docker`.
 */
export async function startLocalApp(ctx: Context, target: Target, run: LocalRun): Promise<LocalApp> {
  const name = `redeploy-run-${stemOf(target)}`;
  await removeEarlier(ctx, name);
  const container = await ctx.docker
    .createContainer({ name, ...containerOptions(target, run) })
    .catch((cause: unknown) => {
      throw new DeployError('docker', `docker makes no container of ${run.image}: ${messageOf(cause)}`, { cause });
    });
  const app = appIn(container);
  try {
    await container.putArchive(packEnvironment(run.document), { path: '/' });
    await follow(ctx, container, run.onLine);
    await container.start();
    return app;
  } catch (cause) {
    await app[Symbol.asyncDispose]();
    throw new DeployError('docker', `the container does not start on port ${run.port}: ${messageOf(cause)}`, {
      hint: `if something else has port ${run.port}, stop it, or choose another with --port`,
      cause,
    });
  }
}

/** A run that was killed left its container; a run that still goes on gives way, as on an instance. */
async function removeEarlier(ctx: Context, name: string): Promise<void> {
  const gone = await remove(ctx.docker.getContainer(name));
  if (gone) ctx.report({ kind: 'note', message: `container ${name} of an earlier run is removed` });
}

/** The flags of run-app.sh, and no more. On this machine's own address alone: nobody else is to see a trial. */
export function containerOptions(target: Target, { image, port }: Pick<LocalRun, 'image' | 'port'>) {
  const inside = target.instance.port;
  const variables = {
    PORT: inside,
    HTTP_FORWARDED_COUNT: 1,
    REDEPLOY_RELEASE: 'local',
    REDEPLOY_HEALTH_PATH: runtimeHealthPath,
    REDEPLOY_DRAIN_SECONDS: drainSeconds(target),
    REDEPLOY_KEEP_ALIVE_SECONDS: keepAliveSeconds(target),
    REDEPLOY_INSTANCE_ID: 'local',
  };
  return {
    Image: image,
    platform: dockerPlatform[target.architecture],
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { [`${inside}/tcp`]: {} },
    HostConfig: {
      AutoRemove: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'none', Config: {} },
      PortBindings: { [`${inside}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
    },
  } satisfies Dockerode.ContainerCreateOptions;
}

function appIn(container: Dockerode.Container): LocalApp {
  // Asked before the start: what is removed by itself can be asked nothing afterwards.
  const exit = container
    .wait({ condition: 'next-exit' })
    .then(({ StatusCode }: { StatusCode: number }) => StatusCode)
    .catch(() => -1);
  return {
    exit,
    stop: () => unlessGone(container.stop({ t: 20 })),
    kill: () => unlessGone(container.kill()),
    [Symbol.asyncDispose]: async () => void (await remove(container)),
  };
}

async function follow(ctx: Context, container: Dockerode.Container, onLine: (line: string) => void): Promise<void> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const text = new PassThrough();
  ctx.docker.modem.demuxStream(stream, text, text);
  stream.on('end', () => text.end());
  createInterface({ input: text, crlfDelay: Infinity }).on('line', onLine);
}

/** False when there was none. */
async function remove(container: Dockerode.Container): Promise<boolean> {
  try {
    await container.remove({ force: true });
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    // Docker removes it by itself (AutoRemove), and is not done yet.
    if ((error as { statusCode?: number }).statusCode === 409)
      await unlessGone(container.wait({ condition: 'removed' }));
    return false;
  }
}

async function unlessGone(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/** 304: not running; 404: not there; 409: not running any more, or being removed already. */
const isGone = (error: unknown): boolean =>
  [304, 404, 409].includes((error as { statusCode?: number }).statusCode ?? 0);
