import { statfs } from 'node:fs/promises';
import { DeployError } from '../../core/errors.ts';

/** A build of a small app takes 100 MB: with less than this left, a full disk is why it failed. */
const nothingLeft = 8 * 1024 * 1024;

/** Whether `directory` is on a full disk, or `error` says so. */
export async function isDiskFull(directory: string, error?: unknown): Promise<boolean> {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC' || (await freeBytes(directory)) < nothingLeft;
}

/** The error for a full disk. Ask before anything is cleaned up: it tells how much is free. */
export async function diskFull(directory: string, more: { cause?: unknown; lines?: readonly string[] }) {
  const free = Math.round((await freeBytes(directory)) / 1024 / 1024);
  return new DeployError('bundle', `the disk of ${directory} is full: ${free} MB are free`, {
    hint: 'make room, then run the same command again',
    ...more,
  });
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
