import { readFile, statfs } from 'node:fs/promises';

/** Unpacked packages, tarball excluded, need about half of this. */
const neededBytes = 2 * 1024 ** 3;

/**
 * A directory in memory for work that writes thousands of small files and syncs each, which takes a slow disk most of a
 * minute; undefined where there is none that is big enough and allows programs and devices in it.
 */
export async function memoryDirectory(): Promise<string | undefined> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  const options = /^\S+ \/dev\/shm tmpfs (\S+)/m.exec(mounts)?.[1]?.split(',');
  if (!options || options.some((option) => option === 'nodev' || option === 'noexec')) return undefined;
  const { bavail, bsize } = await statfs('/dev/shm');
  return bavail * bsize > neededBytes && (await availableMemory()) > 2 * neededBytes ? '/dev/shm' : undefined;
}

async function availableMemory(): Promise<number> {
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}
