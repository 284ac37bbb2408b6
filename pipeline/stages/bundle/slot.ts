import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { diskFull, isDiskFull } from './disk.ts';

/** Slots kept beside each other: two environments, and a branch that somebody comes back to. */
const keep = 3;

/** Whether the slot is there. Marks it as used, so that it outlives the others. */
export async function isFilled(slot: string, now: number): Promise<boolean> {
  if (!existsSync(slot)) return false;
  await utimes(slot, new Date(now), new Date(now));
  return true;
}

/**
 * Fills a directory of the cache in one go: a draft beside it, renamed when it is whole. What a crash leaves is a draft,
 * which nobody takes for a bundle and the next run removes. Throws `bundle` when the disk is full.
 */
export async function fillSlot(slot: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const parent = path.dirname(slot);
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const draft = await mkdtemp(path.join(parent, `draft-${process.pid}-`));
  try {
    await fill(draft);
    await rename(draft, slot);
  } catch (error) {
    // Another run filled it at the same time: theirs is as good.
    if (existsSync(slot)) return;
    if (await isDiskFull(parent, error)) throw await diskFull(parent, { cause: error, lines: linesOf(error) });
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const linesOf = (error: unknown): readonly string[] => (error as { lines?: readonly string[] }).lines ?? [];

/** Removes drafts whose process is gone, and all but the newest slots. */
async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent);
  const drafts = names.filter((name) => name.startsWith('draft-'));
  const dead = drafts.filter((name) => !isRunning(Number(name.split('-')[1])));
  const slots = await Promise.all(
    names
      .filter((name) => !name.startsWith('draft-'))
      .map(async (name) => ({ name, usedAt: (await stat(path.join(parent, name))).mtimeMs })),
  );
  // One more is about to be filled.
  const old = slots.sort((a, b) => b.usedAt - a.usedAt).slice(keep - 1);
  const gone = [...dead, ...old.map(({ name }) => name)];
  await Promise.all(gone.map((name) => rm(path.join(parent, name), { recursive: true, force: true })));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
