import { execFile } from 'node:child_process';
import { cp, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const METEOR = path.join(ROOT, 'test/support/meteor');
const SAMPLE = path.join(ROOT, 'test/fixtures/app');

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the stand-in as a user would run `meteor`. */
export async function meteor(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const options = {
    cwd,
    env: { ...process.env, METEOR_ALLOW_SUPERUSER: '1', METEOR_STANDIN_NPM_FILES: '200', ...env },
  };
  return new Promise((resolve) => {
    execFile(METEOR, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** A copy of the sample app that a test may change; answers with its directory. */
export async function copySample(parent: string): Promise<string> {
  const app = path.join(parent, 'sample');
  await cp(SAMPLE, app, { recursive: true });
  return app;
}

/** Builds into OUT and answers with the bundle's directory; throws with the output of a failed build. */
export async function buildBundle(app: string, out: string, env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, stderr } = await meteor(app, ['build', out, '--directory', '--server-only'], env);
  if (code !== 0) throw new Error(stderr);
  return path.join(out, 'bundle');
}

/** Contents by path. */
export async function readTree(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file, 'base64')));
  return new Map(files.map((file, index) => [path.relative(root, file), contents[index] ?? '']));
}
