import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isSource, packageRoot } from '../package-root.ts';

/** Where the sandbox of this user keeps everything. */
export interface SandboxPlace {
  directory: string;
  port: number;
  /** The environment handed on to the sandbox: PATH, HOME, DOCKER_HOST, proxies. */
  env: Record<string, string | undefined>;
}

export const logFileOf = (place: SandboxPlace): string => path.join(place.directory, 'sandbox.log');
const pidFileOf = (place: SandboxPlace): string => path.join(place.directory, 'sandbox.pid');

/** Starts the sandbox's own process, which outlives this one, and writes its log and pid file. */
export async function spawnDaemon(
  place: SandboxPlace,
  args: readonly string[],
): Promise<{ pid: number; exited: () => boolean }> {
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  // One log a start, and the one before it: why it ended may be asked after it was started again.
  await rename(logFileOf(place), `${logFileOf(place)}.old`).catch(() => undefined);
  const log = openSync(logFileOf(place), 'w', 0o600);
  try {
    const child = spawn(process.execPath, [...entry(), ...args], {
      cwd: place.directory,
      env: place.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${process.execPath} cannot be started`);
    let hasExited = false;
    child.on('exit', () => (hasExited = true));
    child.unref();
    await writeFile(pidFileOf(place), JSON.stringify({ pid, port: place.port }));
    return { pid, exited: () => hasExited };
  } finally {
    closeSync(log);
  }
}

/** Runs the sandbox's entry in the foreground until it ends; resolves with its exit code and what it wrote. */
export function runEntry(place: SandboxPlace, args: readonly string[]): Promise<{ exitCode: number; lines: string[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...entry(), ...args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, lines: linesOf(Buffer.concat(chunks).toString()) }));
  });
}

/** The daemon that was started for this directory, if it lives; it may listen on another port than `place` says. */
export async function livingDaemon(place: SandboxPlace): Promise<{ pid: number; port: number } | undefined> {
  const text = await readFile(pidFileOf(place), 'utf8').catch(() => '{}');
  const [pid = 0, port = 0] = [/"pid":(\d+)/, /"port":(\d+)/].map((part) => Number(part.exec(text)?.[1] ?? 0));
  return pid > 0 && (await isDaemon(pid)) ? { pid, port } : undefined;
}

export const forgetDaemon = (place: SandboxPlace): Promise<void> => rm(pidFileOf(place), { force: true });

/** The last `count` lines of the log; none when there is no log. */
export async function lastLogLines(place: SandboxPlace, count: number): Promise<string[]> {
  return linesOf(await readFile(logFileOf(place), 'utf8').catch(() => '')).slice(-count);
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** From the sources through tsx, else the built file. */
function entry(): string[] {
  if (!isSource) return [path.join(packageRoot, 'dist/sandbox/main.js')];
  return ['--import', import.meta.resolve('tsx'), path.join(packageRoot, 'sandbox/main.ts')];
}

/** Pids are used again: where the system tells (Linux), a stranger's process is not taken for ours. */
async function isDaemon(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'sandbox/main');
  return command.includes('sandbox/main');
}
