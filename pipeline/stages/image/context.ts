import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-fs';

/** What a build is made of. */
export interface ContextParts {
  bundle: string;
  /** Filled in. */
  dockerfile: string;
  /** Folder that becomes /redeploy. */
  runtime: string;
  /** Reach npm install through a bind mount; never a layer. */
  npmrc: string;
  caBundle: string;
}

const server = 'programs/server';

/** Folders of the context that are copied to the root, one layer each, from stable to volatile. */
type Layer = 'atmosphere' | 'modules' | 'packages' | 'app';

/** Layer that a file of the bundle belongs to; undefined for what must not go along. */
export function layerOf(file: string): Layer | undefined {
  // Somebody ran npm install inside the bundle: binaries of that machine.
  if (isIn(file, `${server}/node_modules`)) return undefined;
  if (isIn(file, `${server}/npm/node_modules/meteor`)) return 'atmosphere';
  if (isIn(file, `${server}/npm`)) return 'modules';
  return isIn(file, `${server}/packages`) ? 'packages' : 'app';
}

const isIn = (file: string, directory: string): boolean => file === directory || file.startsWith(`${directory}/`);

/** Files that stages before the last one need on their own. The install script of package.json is npm-rebuild.js. */
const early = {
  dependencies: ['package.json', 'npm-shrinkwrap.json', 'npm-rebuild.js', 'npm-rebuild-args.js'],
  rebuild: ['npm-rebuilds.json'],
};

/** Folders that Dockerfile's COPY names, whether or not the bundle fills them, and their parents. */
const folders = [
  'private',
  'dependencies',
  'runtime',
  'app',
  ...withParents(`rebuild/app/${server}`),
  ...withParents(`atmosphere/app/${server}/npm/node_modules`),
  ...withParents(`modules/app/${server}`),
  ...withParents(`packages/app/${server}`),
];

type Pack = ReturnType<typeof tar.pack>;
type Header = tar.Headers;

/** The same for everything, so that content alone decides: owner root, time zero, readable by the app's user. */
const plain = { mtime: new Date(0), uid: 0, gid: 0 } as const;

/** Build context as a tar stream, read from the bundle while it is sent: nothing is copied on disk. */
export function packContext(parts: ContextParts): Readable {
  const pack = tar.pack(parts.bundle, {
    finalize: false,
    ignore: (file) => layerOf(relativeTo(parts.bundle, file)) === undefined,
    map: (header) => ({ ...tidy(header), name: placeOf(header.name) }),
    finish: () => void addRest(pack, parts).catch((error: unknown) => pack.destroy(error as Error)),
  });
  // tar-fs speaks streamx; Docker's client expects one of Node's own streams.
  return Readable.from(pack, { objectMode: false });
}

const relativeTo = (directory: string, file: string): string =>
  path.relative(directory, file).split(path.sep).join('/');

function placeOf(name: string): string {
  const layer = layerOf(name) ?? 'app';
  return name === '.' ? `${layer}/app` : `${layer}/app/${name}`;
}

const tidy = (header: Header): Header => ({
  ...header,
  ...plain,
  mode: header.type === 'directory' || (header.mode & 0o111) !== 0 ? 0o755 : 0o644,
});

async function addRest(pack: Pack, parts: ContextParts): Promise<void> {
  for (const name of folders) await addEntry(pack, { name, type: 'directory', mode: 0o755 }, '');
  const files: Record<string, string> = {
    Dockerfile: parts.dockerfile,
    'private/npmrc': parts.npmrc,
    'private/ca.pem': parts.caBundle,
    // The real list comes later: it changes with the app's packages, and nothing is there to be rebuilt yet.
    'dependencies/npm-rebuilds.json': '[]',
    ...(await earlyFiles(parts.bundle)),
  };
  for (const [name, content] of Object.entries(files)) await addEntry(pack, { name, mode: 0o644 }, content);
  tar.pack(parts.runtime, {
    pack,
    map: (header) => ({
      ...tidy(header),
      name: header.name === '.' ? 'runtime/redeploy' : `runtime/redeploy/${header.name}`,
    }),
  });
}

async function earlyFiles(bundle: string): Promise<Record<string, string>> {
  const named = [
    ...early.dependencies.map((file) => [`dependencies/${file}`, file] as const),
    ...early.rebuild.map((file) => [`rebuild/app/${server}/${file}`, file] as const),
  ].filter(([, file]) => existsSync(path.join(bundle, server, file)));
  const read = ([name, file]: readonly [string, string]) =>
    readFile(path.join(bundle, server, file), 'utf8').then((content) => [name, content] as const);
  return Object.fromEntries(await Promise.all(named.map(read)));
}

const addEntry = (pack: Pack, header: { name: string; type?: 'directory'; mode: number }, content: string) =>
  new Promise<void>((resolve, reject) => {
    pack.entry({ ...header, ...plain }, content, (error) => (error ? reject(error) : resolve()));
  });

function withParents(directory: string): string[] {
  const parts = directory.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
