import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// A Node base image for tests and quickstart. Plain JavaScript without dependencies: it runs before anything is built.

const run = promisify(execFile);

const packages = [
  'base-files',
  'bash',
  'ca-certificates',
  'coreutils',
  'dash',
  'findutils',
  'grep',
  'libatomic1',
  'libstdc++6',
  'sed',
];
/** Bump it when what `fillRoot` does changes: it is part of the tag. */
const recipe = 3;
/** Text that no test reads. */
const ballast = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/info',
  'usr/share/lintian',
  'usr/lib/x86_64-linux-gnu/gconv',
];

/**
 * The tag of an image like node:VERSION-bookworm-slim, VERSION being this machine's Node: the real one where it is there or a
 * registry answers, else one made from Debian's packages and this machine's node and npm (needs root, Debian, the docker command).
 */
export async function ensureBaseImage({ log = () => {} } = {}) {
  const genuine = `node:${process.versions.node}-bookworm-slim`;
  const substitute = `redeploy-test/node:${process.versions.node}-${recipeHash()}`;
  await run('docker', ['version']);
  for (const tag of [genuine, substitute]) if (await isThere(tag)) return tag;
  log(`pulling ${genuine}`);
  if (await isPulled(genuine)) return genuine;
  log(`no registry has ${genuine}: making ${substitute} from Debian's packages`);
  await make(substitute);
  return substitute;
}

const recipeHash = () =>
  createHash('sha256')
    .update(JSON.stringify([recipe, packages, ballast, process.version, process.arch]))
    .digest('hex')
    .slice(0, 12);

const isThere = (tag) =>
  run('docker', ['image', 'inspect', tag]).then(
    () => true,
    () => false,
  );

const isPulled = (tag) =>
  run('docker', ['pull', '--quiet', tag], { timeout: 180_000 }).then(
    () => true,
    () => false,
  );

async function make(tag) {
  await ensureMmdebstrap();
  const work = await mkdtemp(path.join(tmpdir(), 'redeploy-base-'));
  const root = path.join(work, 'root');
  try {
    await run(
      'mmdebstrap',
      [
        '--quiet',
        '--variant=extract',
        '--format=directory',
        `--include=${packages.join(',')}`,
        'bookworm',
        root,
        ...sources(),
      ],
      { maxBuffer: 64e6 },
    );
    await fillRoot(root);
    await importImage(root, tag);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function ensureMmdebstrap() {
  if (process.getuid?.() !== 0)
    throw new Error('making a base image from packages needs root; or let Docker reach a registry');
  const isInstalled = await run('mmdebstrap', ['--version']).then(
    () => true,
    () => false,
  );
  if (isInstalled) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, maxBuffer: 64e6 });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'mmdebstrap'], { env, maxBuffer: 64e6 });
}

/** This machine's own Debian sources: a mirror or a snapshot in them is used too. */
const sources = () =>
  ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].filter((file) => existsSync(file)).slice(0, 1);

/** Packages are unpacked but not configured: what their scripts would have made and node needs is written here. */
async function fillRoot(root) {
  await Promise.all(ballast.map((directory) => rm(path.join(root, directory), { recursive: true, force: true })));
  await writeFile(
    path.join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n',
  );
  await writeFile(path.join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await writeFile(path.join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  await mkdir(path.join(root, 'home/node'), { recursive: true });
  await mkdir(path.join(root, 'root'), { recursive: true });
  await run('chown', ['1000:1000', path.join(root, 'home/node')]);
  await run('chmod', ['1777', path.join(root, 'tmp')]);
  await certificates(root);
  await addNode(root);
}

async function certificates(root) {
  const directory = path.join(root, 'usr/share/ca-certificates/mozilla');
  const { stdout } = await run('sh', ['-c', 'cat "$1"/*.crt', 'sh', directory], { maxBuffer: 64e6 });
  await mkdir(path.join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(path.join(root, 'etc/ssl/certs/ca-certificates.crt'), stdout);
}

async function addNode(root) {
  const bin = path.join(root, 'usr/local/bin');
  const modules = path.join(root, 'usr/local/lib/node_modules');
  await mkdir(bin, { recursive: true });
  await mkdir(modules, { recursive: true });
  await cp(realpathSync(process.execPath), path.join(bin, 'node'));
  await chmod(path.join(bin, 'node'), 0o755);
  const { stdout } = await run('npm', ['root', '--global']);
  const npm = path.join(stdout.trim(), 'npm');
  await cp(npm, path.join(modules, 'npm'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !ownText.has(path.relative(npm, file)),
  });
  const { bin: programs } = JSON.parse(await readFile(path.join(npm, 'package.json'), 'utf8'));
  await Promise.all(
    Object.entries(programs).map(([name, file]) =>
      symlink(path.join('../lib/node_modules/npm', file), path.join(bin, name)),
    ),
  );
}

const ownText = new Set(['docs', 'man', 'npmrc']);

/** Like the genuine image: PATH, NODE_VERSION, CMD ["node"]. */
function importImage(root, tag) {
  const changes = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `ENV NODE_VERSION=${process.versions.node}`,
    'CMD ["node"]',
  ].flatMap((change) => ['--change', change]);
  const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const docker = spawn('docker', ['import', ...changes, '-', tag], { stdio: [tar.stdout, 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    tar.on('error', reject);
    docker.on('error', reject);
    docker.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`docker import ended with ${code}`))));
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await ensureBaseImage({ log: (line) => process.stderr.write(`${line}\n`) })}\n`);
}
