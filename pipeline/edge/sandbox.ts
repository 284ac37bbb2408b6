import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import type { LocalSandbox, SandboxStart, SandboxStatus } from '../core/sandbox.ts';
import { until } from '../core/wait.ts';
import {
  forgetDaemon,
  lastLogLines,
  livingDaemon,
  runEntry,
  spawnDaemon,
  type SandboxPlace,
} from './sandbox/daemon.ts';
import { readLog } from './sandbox/log.ts';

type Around = Pick<Context, 'clock' | 'signal' | 'report' | 'http'> & { pingDocker: () => Promise<void> };

/** The first start makes the image of the machines: two minutes from a registry, four from Debian's packages. */
const start = { everyMs: 250, forMs: 15 * 60_000 };
const stop = { everyMs: 100, forMs: 60_000 };

/** The sandbox of this user: a process of its own that outlives ours, found again by its port and its pid file. */
export function localSandbox(around: Around, place: SandboxPlace): LocalSandbox {
  const url = (route: string) => `http://127.0.0.1:${place.port}/_sandbox/${route}`;

  const find = async (): Promise<SandboxStatus | undefined> => {
    const answer = await ask(around, url('status'));
    if (answer === undefined) return undefined;
    const status = answer.status === 200 ? parseStatus(answer.body) : undefined;
    if (status === undefined) throw portTaken(place);
    return status;
  };

  const begin = async (wanted: SandboxStart): Promise<SandboxStatus> => {
    const running = await livingDaemon(place);
    if (running === undefined && wanted.machines === 'docker') await around.pingDocker();
    const isAlive = running === undefined ? await launch(place, wanted) : () => livingDaemon(place).then(Boolean);
    return until(around, 'the sandbox', start, async () => {
      const status = await find();
      if (status !== undefined) return { done: status };
      if (!(await isAlive())) throw await deathOf(place);
      return { pending: (await lastLogLines(place, 1))[0] ?? 'starting' };
    });
  };

  const end = async (): Promise<boolean> => {
    const pid = await livingDaemon(place);
    const status = await find();
    if (status === undefined && pid === undefined) return false;
    process.kill(status?.pid ?? pid ?? 0, 'SIGTERM');
    await until(around, 'the end of the sandbox', stop, async () =>
      (await find()) === undefined && (await livingDaemon(place)) === undefined
        ? { done: true }
        : { pending: (await lastLogLines(place, 1))[0] ?? 'still running' },
    );
    await forgetDaemon(place);
    return true;
  };

  const wipe = async (): Promise<void> => {
    const { exitCode, lines } = await runEntry(place, [
      '--wipe',
      '--state-dir',
      place.directory,
      '--port',
      `${place.port}`,
    ]);
    if (exitCode !== 0) throw new DeployError('sandbox', 'the sandbox could not be wiped', { lines: lines.slice(-20) });
  };

  return {
    directory: place.directory,
    find,
    start: begin,
    stop: end,
    wipe,
    log: (options) => readLog(place, around, options),
  };
}

/** Whatever answers at that address; undefined when nothing listens there. */
async function ask(around: Pick<Context, 'http'>, url: string): Promise<{ status: number; body: string } | undefined> {
  try {
    return await around.http({ url, timeoutMs: 10_000 });
  } catch (error) {
    if (['ECONNREFUSED', 'ECONNRESET'].includes((error as { code?: string }).code ?? '')) return undefined;
    return { status: 0, body: messageOf(error) };
  }
}

function parseStatus(body: string): SandboxStatus | undefined {
  try {
    const status = JSON.parse(body) as SandboxStatus;
    return typeof status.authority === 'string' ? status : undefined;
  } catch {
    return undefined;
  }
}

async function launch(place: SandboxPlace, wanted: SandboxStart): Promise<() => Promise<boolean>> {
  const region = wanted.region ?? (await rememberedRegion(place)) ?? 'us-east-1';
  const options = {
    port: place.port,
    'state-dir': place.directory,
    region,
    machines: wanted.machines,
    latency: wanted.latency,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const daemon = await spawnDaemon(place, args);
  return () => Promise.resolve(!daemon.exited());
}

/** A state that cannot be read is the sandbox's to complain about. */
async function rememberedRegion(place: SandboxPlace): Promise<string | undefined> {
  try {
    const state = JSON.parse(await readFile(path.join(place.directory, 'state.json'), 'utf8')) as { region?: string };
    return state.region;
  } catch {
    return undefined;
  }
}

const portTaken = (place: SandboxPlace): DeployError =>
  new DeployError('sandbox', `port ${place.port} is taken by another program`, {
    hint: 'stop that program, or choose another port for the sandbox with REDEPLOY_SANDBOX_PORT',
  });

async function deathOf(place: SandboxPlace): Promise<DeployError> {
  await forgetDaemon(place);
  const lines = await lastLogLines(place, 20);
  if (lines.some((line) => line.includes('EADDRINUSE'))) return portTaken(place);
  return new DeployError('sandbox', 'the sandbox ended while it started', {
    lines,
    hint: '`redeploy sandbox logs` shows everything it said; `redeploy sandbox down --wipe` begins anew',
  });
}
