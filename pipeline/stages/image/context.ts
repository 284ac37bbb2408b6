import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-stream';

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
  ...withParents('runtime/redeploy'),
  ...withParents('app/app'),
  ...withParents(`rebuild/app/${server}`),
  ...withParents(`atmosphere/app/${server}/npm/node_modules`),
  ...withParents(`modules/app/${server}`),
  ...withParents(`packages/app/${server}`),
];

/** Build context as a tar stream, read from the bundle while it is sent: nothing is copied on disk. */
export function packContext(parts: ContextParts): Readable {
  const pack = tar.pack();
  addAll(pack, parts).catch((error: unknown) => pack.destroy(error as Error));
  // tar-stream speaks streamx; Docker's client expects one of Node's own streams.
  return Readable.from(pack, { objectMode: false });
}

async function addAll(pack: tar.Pack, parts: ContextParts): Promise<void> {
  for (const name of folders) await addEntry(pack, { name, type: 'directory', mode: 0o755 });
  const files = {
    Dockerfile: parts.dockerfile,
    'private/npmrc': parts.npmrc,
    'private/ca.pem': parts.caBundle,
    // The real list comes later: it changes with the app's packages, and nothing is there to be rebuilt yet.
    'dependencies/npm-rebuilds.json': '[]',
    ...earlyFiles(parts.bundle),
  };
  for (const [name, content] of Object.entries(files)) await addEntry(pack, { name, mode: 0o644 }, content);
  await addTree(pack, parts.runtime, (file) => `runtime/redeploy/${file}`);
  await addTree(pack, parts.bundle, (file) => {
    const layer = layerOf(file);
    return layer && `${layer}/app/${file}`;
  });
  pack.finalize();
}

const earlyFiles = (bundle: string): Record<string, string> =>
  Object.fromEntries(
    [
      ...early.dependencies.map((file) => [`dependencies/${file}`, path.join(bundle, server, file)] as const),
      ...early.rebuild.map((file) => [`rebuild/app/${server}/${file}`, path.join(bundle, server, file)] as const),
    ].flatMap(([name, file]) => (existsSync(file) ? [[name, readFileSync(file, 'utf8')]] : [])),
  );

/**
 * A directory with everything in it, at the places that `placeOf` names. Read synchronously, a file at a time, waiting only
 * for Docker to take it: for 17,000 small files four times as fast as one stream each.
 */
async function addTree(pack: tar.Pack, root: string, placeOf: (file: string) => string | undefined): Promise<void> {
  const visit = async (directory: string): Promise<void> => {
    for (const item of readdirSync(path.join(root, directory), { withFileTypes: true })) {
      const file = directory === '' ? item.name : `${directory}/${item.name}`;
      const name = placeOf(file);
      if (name === undefined) continue;
      const source = path.join(root, file);
      if (item.isDirectory()) {
        await addEntry(pack, { name, type: 'directory', mode: 0o755 });
        await visit(file);
      } else if (item.isSymbolicLink()) {
        await addEntry(pack, { name, type: 'symlink', linkname: readlinkSync(source), mode: 0o777 });
      } else if (item.isFile()) {
        const isProgram = (statSync(source).mode & 0o111) !== 0;
        await addEntry(pack, { name, mode: isProgram ? 0o755 : 0o644 }, readFileSync(source));
      }
    }
  };
  await visit('');
}

/** Owner root, time zero, readable by the app's user: content alone decides what a layer is. */
const addEntry = (
  pack: tar.Pack,
  header: Pick<tar.Header, 'name' | 'mode'> & Partial<tar.Header>,
  content: string | Uint8Array = '',
) =>
  new Promise<void>((resolve, reject) => {
    const whole = { ...header, mtime: new Date(0), uid: 0, gid: 0 };
    pack.entry(whole, content, (error) => (error ? reject(error) : resolve()));
  });

function withParents(directory: string): string[] {
  const parts = directory.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
