import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import {
  otherRegion,
  type LocalSandbox,
  type SandboxDeployer,
  type SandboxKey,
  type SandboxStart,
  type SandboxStatus,
} from '../core/sandbox.ts';
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

const step = 'sandbox';
/** The first start makes the image of the machines: two minutes from a registry, four from Debian's packages. */
const start = { everyMs: 250, forMs: 15 * 60_000 };
const stop = { everyMs: 100, forMs: 60_000 };

/** The sandbox of this user: a process of its own that outlives ours, found again by its port and its pid file. */
export function localSandbox(outside: Around, place: SandboxPlace): LocalSandbox {
  const around: Around = {
    ...outside,
    report: (event) => outside.report(event.kind === 'waiting' ? { ...event, step } : event),
  };
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
    if (running !== undefined && running.port !== place.port) throw elsewhere(place, running.port);
    if (running === undefined && wanted.machines === 'docker') await around.pingDocker();
    const isAlive = running === undefined ? await launch(place, wanted) : () => livingDaemon(place).then(Boolean);
    return until(around, 'its answer', start, async () => {
      const status = await find();
      if (status !== undefined) return { done: status };
      if (!(await isAlive())) throw await deathOf(place);
      return { pending: await lastWord(place, 'starting') };
    });
  };

  const end = async (): Promise<boolean> => {
    const daemon = await livingDaemon(place);
    const status = await find();
    if (status === undefined && daemon === undefined) return false;
    process.kill(status?.pid ?? daemon?.pid ?? 0, 'SIGTERM');
    await until(around, 'the end of the sandbox', stop, async () =>
      (await find()) === undefined && (await livingDaemon(place)) === undefined
        ? { done: true }
        : { pending: await lastWord(place, 'still running') },
    );
    await forgetDaemon(place);
    return true;
  };

  const setUpDeployer = async (deployer: SandboxDeployer): Promise<SandboxKey> => {
    const request = {
      url: url('deployer'),
      method: 'POST',
      body: Buffer.from(JSON.stringify(deployer)),
      timeoutMs: 10_000,
    };
    const { status, body } = await around.http(request);
    if (status === 200) return JSON.parse(body) as SandboxKey;
    throw new DeployError('sandbox', `the sandbox makes no deployer: ${body.trim()}`, {
      hint: 'an older version of it may be running: `redeploy sandbox down`, then try again',
    });
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
    start: (wanted) => asStep(around, () => begin(wanted)),
    stop: end,
    wipe,
    setUpDeployer,
    log: (options) => readLog(place, around, options),
  };
}

/** Starting takes minutes the first time: it shows like a step of a deploy. */
async function asStep<T>({ report, clock }: Around, body: () => Promise<T>): Promise<T> {
  const at = clock.now();
  report({ kind: 'step-started', step, at });
  try {
    const value = await body();
    report({ kind: 'step-finished', step, ms: clock.now() - at });
    return value;
  } catch (error) {
    report({ kind: 'step-failed', step, ms: clock.now() - at, message: messageOf(error) });
    throw error;
  }
}

/** The last line of its log, without the time. */
const lastWord = async (place: SandboxPlace, otherwise: string): Promise<string> =>
  (await lastLogLines(place, 1))[0]?.replace(/^\S+Z /, '') ?? otherwise;

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
  const remembered = await rememberedRegion(place);
  const region = wanted.region ?? remembered ?? 'us-east-1';
  if (remembered !== undefined && remembered !== region) throw otherRegion(remembered, region);
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

const elsewhere = (place: SandboxPlace, port: number): DeployError =>
  new DeployError('sandbox', `the sandbox of ${place.directory} runs on port ${port}, not ${place.port}`, {
    hint: `set REDEPLOY_SANDBOX_PORT to ${port}, or give another sandbox its own REDEPLOY_SANDBOX_DIR`,
  });

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
