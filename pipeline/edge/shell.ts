import { existsSync } from 'node:fs';
import { execa } from 'execa';
import type { Shell } from '../core/context.ts';

/** After SIGTERM, before SIGKILL. */
const killAfterMs = 5000;

/** Programs through execa: no shell, nothing on stdin, our environment with `env` on top. An abort ends the program. */
export const shell: Shell = async (file, args, { cwd, env, onLine, signal }) => {
  const child = execa(file, args, {
    cwd,
    stdin: 'ignore',
    all: true,
    reject: false,
    maxBuffer: 1 << 28,
    forceKillAfterDelay: killAfterMs,
    ...(env && { env }),
    ...(signal && { cancelSignal: signal }),
  });
  if (onLine) void readLines(child.iterable({ from: 'all' }), onLine);
  const result = await child;
  // A missing working directory is ENOENT too.
  const isMissing = result.failed && result.code === 'ENOENT' && existsSync(cwd);
  return { exitCode: result.exitCode ?? 1, stdout: result.stdout, isMissing };
};

async function readLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}
