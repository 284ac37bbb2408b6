import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/free-port.ts';

const START = path.resolve(import.meta.dirname, '../../../templates/runtime/start.mjs');

/** A directory of its own for a test, gone afterwards. */
export async function temporaryDirectory() {
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-test-'));
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Asks again every few milliseconds until there is an answer; fails with what it waited for. */
export async function until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined, forMs = 10_000) {
  const deadline = Date.now() + forMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${forMs} ms for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

/** What the mounted file holds. */
export interface EnvironmentFile {
  env?: Record<string, string>;
  settings?: unknown;
}

export interface RunningApp {
  port: number;
  url: string;
  process: ChildProcess;
  output: () => string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  health: () => Promise<{ status: number; body: { release: string; status: string } }>;
  [Symbol.asyncDispose]: () => Promise<void>;
}

export interface StartOptions {
  /** Contents of the environment file, or its literal text. */
  file?: EnvironmentFile | string;
  /** Variables given to the container. */
  env?: NodeJS.ProcessEnv;
  /** Runs main.js itself, without start.mjs. */
  bare?: boolean;
  /** The Node that runs it; this one's unless given. */
  node?: string;
}

/** Starts an app directory under start.mjs as the image does. Does not wait until it listens. */
export async function start(
  directory: string,
  { file = {}, env = {}, bare = false, node = process.execPath }: StartOptions = {},
) {
  const port = await freePort();
  const environmentFile = path.join(directory, `environment-${port}.json`);
  await writeFile(environmentFile, typeof file === 'string' ? file : JSON.stringify(file), { mode: 0o600 });
  const child = spawn(node, bare ? [path.join(directory, 'main.js')] : [START, directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      REDEPLOY_RELEASE: 'v7',
      REDEPLOY_ENVIRONMENT_FILE: environmentFile,
      ...env,
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const url = `http://127.0.0.1:${port}`;
  const exit = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return {
    port,
    url,
    process: child,
    output: () => Buffer.concat(chunks).toString(),
    exit,
    health: async () => {
      const response = await fetch(`${url}/.well-known/redeploy/health`);
      return { status: response.status, body: (await response.json()) as { release: string; status: string } };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  } satisfies RunningApp as RunningApp;
}

/** Waits until health is 200; fails with the output when the process ends instead. */
export async function healthy(app: RunningApp): Promise<void> {
  await until(`a healthy app; it said: ${app.output()}`, async () => {
    if (app.process.exitCode !== null) throw new Error(`the app ended: ${app.output()}`);
    const answer = await app.health().catch(() => undefined);
    return answer?.status === 200 ? answer : undefined;
  });
}
