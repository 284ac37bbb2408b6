import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { emptyState, type State } from './state.ts';

/** Keeps the state on disk: at most one write at a time, at most one a moment, never a torn file. */
export interface Store {
  /** Marks the state as changed; it is written soon. */
  save(): void;
  /** Writes what is not written yet and stops. */
  close(): Promise<void>;
}

/** How long changes are gathered before a write. */
const gatherMs = 200;

/** Reads `state.json` of `stateDir` or begins a fresh world; throws on a file that this version or region cannot read. */
export async function readState(region: string, stateDir: string | undefined): Promise<State> {
  const fresh = emptyState(region);
  if (stateDir === undefined) return fresh;
  const file = path.join(stateDir, 'state.json');
  const stored = await readStored(file);
  if (!stored) return fresh;
  if (stored.format !== fresh.format) {
    throw new Error(`${file}: state format ${String(stored.format)}, expected 1: remove it to begin anew`);
  }
  if (stored.region !== region) {
    throw new Error(`${file}: the sandbox's state is of region ${stored.region}, not ${region}`);
  }
  return withEveryMember(fresh, stored);
}

async function readStored(file: string): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as State;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new Error(`${file}: cannot be read as the sandbox's state: remove it to begin anew`, { cause: error });
  }
}

/** A file of an older version lacks members that were added since. */
function withEveryMember(fresh: State, stored: State): State {
  const merged = Object.entries(fresh).map(([name, slice]) => {
    const found = (stored as unknown as Record<string, unknown>)[name] ?? slice;
    return [name, typeof found === 'object' ? { ...(slice as object), ...found } : found];
  });
  return Object.fromEntries(merged) as State;
}

/** Opens the store; without a directory nothing is ever written. `log` hears about writes that failed. */
export function openStore(state: State, stateDir: string | undefined, log: (line: string) => void): Store {
  if (stateDir === undefined) return { save: () => {}, close: async () => {} };
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const write = async () => {
    if (!dirty) return;
    dirty = false;
    try {
      await writeAtomically(stateDir, JSON.stringify(state));
    } catch (error) {
      dirty = true;
      log(`state not written: ${String(error)}`);
    }
  };
  const enqueue = () => (writing = writing.then(write));
  return {
    save: () => {
      dirty = true;
      timer ??= setTimeout(() => {
        timer = undefined;
        void enqueue();
      }, gatherMs);
    },
    close: async () => {
      clearTimeout(timer);
      await enqueue();
    },
  };
}

/** Nobody ever sees half a file; it holds secrets, so it is its owner's alone. */
async function writeAtomically(stateDir: string, text: string): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = path.join(stateDir, 'state.json');
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
