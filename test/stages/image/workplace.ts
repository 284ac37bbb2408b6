import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bundle } from '../../../pipeline/core/artifacts.ts';
import type { Context } from '../../../pipeline/core/context.ts';
import type { Event } from '../../../pipeline/core/event.ts';
import { blockNames, completeBlocks } from '../../../pipeline/core/settings.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { writeBundle } from '../bundle/workplace.ts';

/** Directory of the templates that ship. */
export const templates = path.resolve(import.meta.dirname, '../../../templates');

/** Production of an app called `shop`, settings as they are by default. */
export function targetOf(directory: string, image: Partial<Target['image']> = {}): Target {
  const blocks = completeBlocks.parse({ ...Object.fromEntries(blockNames.map((name) => [name, {}])), image });
  return {
    ...blocks,
    app: 'shop',
    environment: 'production',
    region: 'us-east-1',
    directory,
    settingsFile: undefined,
    envFile: undefined,
    secrets: {},
    architecture: 'x86_64',
    tags: { team: 'web' },
  };
}

export interface Workplace extends AsyncDisposable {
  root: string;
  bundle: Bundle;
  events: Event[];
  /** A context of what the test gives, and the templates. */
  context(parts: Partial<Context>): Context;
}

/** A directory with a small whole bundle. */
export async function openWorkplace(files: Record<string, string> = {}): Promise<Workplace> {
  const root = await mkdtemp(path.join(tmpdir(), 'image-'));
  const directory = await writeBundle(path.join(root, 'bundle'), files);
  const events: Event[] = [];
  return {
    root,
    bundle: { key: 'b-1', directory, nodeVersion: '20.18.0', meteorRelease: 'METEOR@3.0.4', revision: 'abc' },
    events,
    context: (parts) =>
      ({
        templates,
        report: (event: Event) => void events.push(event),
        signal: new AbortController().signal,
        ...parts,
      }) as Context,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
