import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Context } from '../../../pipeline/core/context.ts';
import type { Event } from '../../../pipeline/core/event.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { realClock } from '../../../pipeline/edge/clock.ts';
import { shell } from '../../../pipeline/edge/shell.ts';

/** A directory with an app, a cache and a `meteor` that makes a tiny bundle, or does what a file in the app asks for. */
export interface Workplace extends AsyncDisposable {
  root: string;
  app: string;
  ctx: Context;
  events: Event[];
  /** Ends what runs, like the first Ctrl-C. */
  interrupt(): void;
  target(): Promise<Target>;
  /** Writes a file; missing directories are made. Relative to the app. */
  write(file: string, content: string): Promise<void>;
  /** How often `meteor` was called. */
  builds(): Promise<number>;
}

const fakeMeteor = `#!/bin/sh
echo build >> "$(dirname "$0")/builds"
echo "args: $* headless: $METEOR_HEADLESS"
[ -f fail ] && { echo "While building the application:"; echo "client/main.jsx:3: Unexpected token" >&2; exit 1; }
mkdir -p "$2/bundle/programs/server" || exit 1
[ -f crash ] && kill -9 $$
[ -f wait ] && { touch waiting; sleep 30; }
[ -f huge ] && { dd if=/dev/zero of="$2/bundle/huge" bs=1M count=64 2>&1 || exit 1; }
cp -r server client "$2/bundle/programs/server/" 2>/dev/null
echo 'require("./boot")' > "$2/bundle/main.js"
echo '{}' > "$2/bundle/programs/server/package.json"
echo '{"nodeVersion":"20.18.0","meteorRelease":"METEOR@3.0.4"}' > "$2/bundle/star.json"
`;

/** `cache` moves the cache elsewhere (a small disk). */
export async function openWorkplace(options: { cache?: string } = {}): Promise<Workplace> {
  const root = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  const app = path.join(root, 'repository', 'app');
  const interruption = new AbortController();
  const events: Event[] = [];
  const ctx = {
    sh: shell,
    clock: realClock,
    signal: interruption.signal,
    report: (event: Event) => void events.push(event),
    cache: options.cache ?? path.join(root, 'cache'),
  } as unknown as Context;
  const write = async (file: string, content: string) => {
    await mkdir(path.dirname(path.join(app, file)), { recursive: true });
    await writeFile(path.join(app, file), content);
  };
  const meteor = path.join(root, 'meteor');
  await writeFile(meteor, fakeMeteor);
  await chmod(meteor, 0o755);
  await write('.meteor/release', 'METEOR@3.0.4\n');
  await write('server/main.js', 'one();');
  await write('settings/production.json', '{"public":{}}');
  await write('settings/staging.env', 'MONGO_URL=mongodb://here');
  const settings = { app: 'shop', region: 'us-east-1', build: { executable: meteor } };
  await write('redeploy.json', JSON.stringify({ ...settings, environments: { production: {}, staging: {} } }));
  return {
    root,
    app,
    ctx,
    events,
    write,
    interrupt: () => interruption.abort(),
    target: () => readTarget(app, 'production'),
    builds: async () => (await readFile(path.join(root, 'builds'), 'utf8').catch(() => '')).split('\n').length - 1,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Files of a bundle that is whole. */
export const wholeBundle = {
  'star.json': '{"nodeVersion":"20.18.0","meteorRelease":"METEOR@3.0.4"}',
  'main.js': 'require("./programs/server/boot.js");',
  'programs/server/package.json': '{}',
};

/** Writes files of a bundle; `undefined` leaves one of `wholeBundle` out. */
export async function writeBundle(directory: string, files: Record<string, string | undefined> = {}): Promise<string> {
  for (const [file, content] of Object.entries({ ...wholeBundle, ...files })) {
    if (content === undefined) continue;
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), content);
  }
  return directory;
}
