import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = path.join(homedir(), '.cache/meteor-redeploy/node');

/** The binary of an older Node, from the npm registry, which has them as packages; fetched once for this machine. */
export async function oldNode(version: string): Promise<string> {
  const home = path.join(cache, version);
  const binary = path.join(home, 'bin/node');
  if (existsSync(binary)) return binary;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(path.join(cache, 'fresh-'));
  try {
    await run('npm', ['pack', `node-linux-${process.arch}@${version}`, '--silent', '--pack-destination', fresh]);
    const archive = path.join(fresh, `node-linux-${process.arch}-${version}.tgz`);
    await run('tar', ['-xzf', archive, '-C', fresh, '--strip-components=1', 'package/bin/node']);
    await rm(archive);
    await rename(fresh, home);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(binary)) throw error;
  }
  return binary;
}
