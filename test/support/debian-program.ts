import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What each needs beyond what a Debian host with Node and git has. */
const packages = {
  haproxy: [
    'haproxy',
    'liblua5.3-0',
    'libopentracing-c-wrapper0',
    'libopentracing1',
    'libpcre2-posix3',
    'libpcre2-8-0',
  ],
  nginx: ['nginx', 'libpcre2-8-0'],
};

/** A program that somebody else's package holds. */
export interface Program {
  file: string;
  /** Where all of it is unpacked. */
  root: string;
  /** What it must be started with. */
  env: Record<string, string>;
}

/**
 * Debian's own program, unpacked and not installed (so that nothing is started), fetched once and kept. Throws where it cannot be
 * had: no test passes without it unseen.
 */
export async function debianProgram(name: keyof typeof packages): Promise<Program> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'meteor-redeploy/test');
  const root = path.join(cache, `${name}-${process.arch}-unpacked`);
  try {
    if (!existsSync(root)) await unpack(root, packages[name]);
    const places = ['lib', 'usr/lib'].flatMap((lib) => libraryFolders.map((folder) => path.join(root, lib, folder)));
    const program = { root, file: path.join(root, 'usr/sbin', name), env: { LD_LIBRARY_PATH: places.join(':') } };
    await execute(program.file, ['-v'], { env: { ...process.env, ...program.env } });
    return program;
  } catch (cause) {
    throw new Error(`the tests need Debian's ${name}, and apt-get and dpkg-deb to fetch it with: ${String(cause)}`, {
      cause,
    });
  }
}

const libraryFolders = ['', 'x86_64-linux-gnu', 'aarch64-linux-gnu'];

async function unpack(root: string, names: string[]): Promise<void> {
  const half = `${root}.${process.pid}`;
  const cwd = path.join(half, 'packages');
  await mkdir(cwd, { recursive: true });
  try {
    const fetch = () => execute('apt-get', ['download', ...names], { cwd });
    // The lists of packages may be missing or too old: then they are fetched, and only then.
    await fetch().catch(async () => {
      await execute('apt-get', ['update'], { maxBuffer: 64e6 });
      await fetch();
    });
    for (const one of await readdir(cwd))
      await execute('dpkg-deb', ['--extract', path.join(cwd, one), path.join(half, 'root')]);
    await rename(path.join(half, 'root'), root).catch(() => undefined);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}
