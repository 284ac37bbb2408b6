import { existsSync } from 'node:fs';
import { execa } from 'execa';
import type { Shell } from '../core/context.ts';
import { realClock } from './clock.ts';

/** After SIGTERM, before SIGKILL. */
const killAfterMs = 5000;

/** Windows has no process groups, and opens a window for a detached program. */
const hasGroups = process.platform !== 'win32';

/** Programs through execa: no shell, nothing on stdin, our environment with `env` on top. An abort ends the program. */
export const shell: Shell = async (file, args, { cwd, env, onLine, signal }) => {
  const child = execa(file, args, {
    cwd,
    stdin: 'ignore',
    all: true,
    reject: false,
    maxBuffer: 1 << 28,
    detached: hasGroups,
    ...(env && { env }),
  });
  const ended = new AbortController();
  const end = () => void endProgram(child, ended.signal);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  if (onLine) void readLines(child.iterable({ from: 'all' }), onLine);
  const result = await child;
  ended.abort();
  signal?.removeEventListener('abort', end);
  // A missing working directory is ENOENT too.
  const isMissing = result.failed && result.code === 'ENOENT' && existsSync(cwd);
  return { exitCode: result.exitCode ?? 1, stdout: result.stdout, isMissing };
};

interface Child {
  pid?: number;
  kill(signal: NodeJS.Signals): boolean;
}

async function endProgram(child: Child, ended: AbortSignal): Promise<void> {
  kill(child, 'SIGTERM');
  await realClock.sleep(killAfterMs, ended).catch(() => {});
  if (!ended.aborted) kill(child, 'SIGKILL');
}

/** With all that it started: `meteor` is a script that waits for others, and they hold our pipes. */
function kill(child: Child, signal: NodeJS.Signals): void {
  if (!hasGroups || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody left in the group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function readLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}
