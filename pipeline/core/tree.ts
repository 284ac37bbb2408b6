import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** What of a tree counts. Paths are relative, with `/`. */
export interface TreeOptions {
  /** Leaves out a file or a directory with everything in it. */
  ignore?: (relative: string) => boolean;
  /** Links count as what they lead to (sources) instead of as links (artifacts). */
  followLinks?: boolean;
}

interface Entry {
  relative: string;
  absolute: string;
  isLink: boolean;
}

/** Files hashed in one go before others get their turn: about 10 ms. */
const batch = 200;

/**
 * Hash of a directory's content: relative paths, executable bits, link targets and bytes. Neither times, owners nor empty
 * directories count. Reads synchronously, a batch at a time: four times as fast as promises for 17,000 small files (0.7 s).
 */
export async function hashTree(directory: string, options: TreeOptions = {}): Promise<string> {
  const entries: Entry[] = [];
  walk(directory, { ...options, relative: '', seen: new Set([identity(statSync(directory))]), entries });
  const lines: string[] = [];
  for (const entry of entries) {
    if (lines.length % batch === 0) await setImmediate();
    lines.push(lineOf(entry));
  }
  return sha256(lines.sort().join(''));
}

/** SHA-256 in hexadecimal. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

interface Walk extends TreeOptions {
  relative: string;
  /** Directories that links led to on the way here: once more to one of them would be a circle. */
  seen: ReadonlySet<string>;
  entries: Entry[];
}

function walk(directory: string, at: Walk): void {
  for (const item of readdirSync(directory, { withFileTypes: true })) {
    const relative = at.relative === '' ? item.name : `${at.relative}/${item.name}`;
    if (at.ignore?.(relative)) continue;
    const absolute = path.join(directory, item.name);
    if (item.isDirectory()) walk(absolute, { ...at, relative });
    else if (item.isFile()) at.entries.push({ relative, absolute, isLink: false });
    else if (item.isSymbolicLink()) visitLink(absolute, { ...at, relative });
  }
}

function visitLink(absolute: string, at: Walk): void {
  const target = at.followLinks ? statSync(absolute, { throwIfNoEntry: false }) : undefined;
  if (target?.isDirectory()) {
    if (!at.seen.has(identity(target))) walk(absolute, { ...at, seen: new Set([...at.seen, identity(target)]) });
    return;
  }
  at.entries.push({ relative: at.relative, absolute, isLink: !target?.isFile() });
}

const identity = (found: Stats): string => `${found.dev}:${found.ino}`;

function lineOf({ relative, absolute, isLink }: Entry): string {
  const name = JSON.stringify(relative);
  if (isLink) return `link ${name} ${JSON.stringify(readlinkSync(absolute))}\n`;
  const isProgram = (statSync(absolute).mode & 0o111) !== 0;
  return `${isProgram ? 'program' : 'file'} ${name} ${sha256(readFileSync(absolute))}\n`;
}
