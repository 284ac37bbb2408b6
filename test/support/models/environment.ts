import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { compileModels } from './compile.ts';

const run = promisify(execFile);
const requirements = path.join(import.meta.dirname, 'requirements.txt');

/** Where the pinned Python packages lie: botocore, the emulators, the fault proxy. Another directory for other pins. */
export function environmentDirectory(): string {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return path.join(homedir(), '.cache/meteor-redeploy/conformance', key);
}

/** Where the compiled service models lie. */
export const modelsDirectory = (): string => path.join(environmentDirectory(), 'models');

/**
 * Makes the virtual environment with all pinned packages and compiles botocore's models, unless both are there. Vitest calls
 * it once before any test. Throws when there is no Python 3.11 or pip reaches no index: no test passes unseen by the models.
 */
export async function setup(): Promise<void> {
  const directory = environmentDirectory();
  if (!existsSync(path.join(directory, 'complete'))) await makeEnvironment(directory);
  await compileModels(path.join(directory, 'lib/python3.11/site-packages/botocore/data'), modelsDirectory());
}

async function makeEnvironment(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(path.dirname(directory), { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '-r', requirements];
  try {
    await run('python3.11', ['-m', 'venv', directory]);
    await run(path.join(directory, 'bin/python'), pip, { maxBuffer: 1 << 24 });
  } catch (cause) {
    const message = 'the tests need Python 3.11 with pip and a package index, for the service models of botocore';
    throw new Error(`${message}: ${String(cause)}`, { cause });
  }
  await writeFile(path.join(directory, 'complete'), '');
}
