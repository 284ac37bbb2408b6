import { fork } from 'node:child_process';
import path from 'node:path';
import { DeployError } from '../core/errors.ts';
import { untold, type Raw, type Told } from '../core/mup/raw.ts';
import { packageRoot } from './package-root.ts';

export interface EvaluatedMup {
  /** The raw export: `mup` itself adds to it before it shows it. */
  config: Raw;
  /** Environment variables that mup.js asked for in vain. */
  missing: string[];
}

interface Place {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Ten seconds unless given. */
  timeoutMs?: number;
}

interface Failure {
  error: string;
  code?: string;
  place?: string;
}

type Message = { config: Told; missing: string[] } | Failure;

/**
 * Evaluates mup.js in a process of its own, with a time limit, without network and without other programs, with the
 * caller's environment (which mup.js may read). What it prints is thrown away: it may be secret. Throws `usage`.
 */
export async function evaluateMup(file: string, { env, signal, timeoutMs = 10_000 }: Place): Promise<EvaluatedMup> {
  const scripts = path.join(packageRoot, 'templates/mup');
  const { NODE_OPTIONS: _, ...rest } = env;
  const child = fork(path.join(scripts, 'evaluate.cjs'), [file], {
    cwd: path.dirname(file),
    env: rest,
    execArgv: ['--no-warnings', '--require', path.join(scripts, 'offline.cjs')],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    signal,
  });
  let message: Message | undefined;
  child.on('message', (told) => (message ??= told as Message));
  const ended = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (_code, killedBy) => resolve(killedBy));
  }).catch((cause: unknown) => {
    if (signal.aborted) throw new DeployError('interrupted', 'interrupted');
    throw new DeployError('usage', `cannot start node to evaluate ${file}`, { cause });
  });
  if (message === undefined) throw unfinished(file, ended, timeoutMs);
  if ('error' in message) throw failed(file, message);
  return { config: untold(message.config), missing: message.missing };
}

function unfinished(file: string, killedBy: NodeJS.Signals | null, timeoutMs: number): DeployError {
  if (killedBy === 'SIGKILL') {
    return new DeployError('usage', `${file} was not done after ${timeoutMs / 1000} s`, {
      hint: 'it is evaluated without network; take out what waits for something, for the conversion',
    });
  }
  return new DeployError('usage', `${file} ended the process that evaluated it`, {
    hint: 'take `process.exit` out of it, for the conversion',
  });
}

function failed(file: string, { error, code, place }: Failure): DeployError {
  const where = place === undefined || place.startsWith(`${file}:`) ? (place ?? file) : `${file} (${place})`;
  const hint =
    code === 'REDEPLOY_OFFLINE'
      ? 'mup.js is evaluated without network and without other programs; put the value there by hand, for the conversion'
      : code === 'MODULE_NOT_FOUND'
        ? `install what it requires: npm install, in ${path.dirname(file)} or above`
        : '`mup validate` must be able to load it; correct it, or set what it reads from the environment';
  return new DeployError('usage', `${where}: ${error}`, { hint });
}
