import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

// Makes a machine ready for tests and quickstart. Plain JavaScript and nothing but Node: it runs before npm has installed anything.

export const root = path.resolve(import.meta.dirname, '../..');
const startedAt = Date.now();

/** A line of progress, with the seconds since the start. */
export function say(line) {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  process.stderr.write(`[${String(seconds).padStart(3)} s] ${line}\n`);
}

/**
 * Runs a program to its end, its output kept and, if it fails, shown; `onLine` hears each line of its stderr as it comes.
 * Resolves with exit code and output; throws only when `isVital`.
 */
export function run(file, args, { isVital = true, env = {}, timeoutMs, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    if (onLine) createInterface({ input: child.stderr }).on('line', onLine);
    const end = (exitCode, problem) => {
      if (exitCode === 0 || !isVital) return resolve({ exitCode, output });
      reject(new Error(`${file} ${args.join(' ')} ${problem}\n${output.split('\n').slice(-30).join('\n')}`));
    };
    child.on('error', (error) => end(127, `cannot be run: ${error.message}`));
    child.on('close', (code, signal) => end(code ?? 1, `ended with ${signal ?? code}`));
  });
}

const works = async (file, ...args) => (await run(file, args, { isVital: false, timeoutMs: 20_000 })).exitCode === 0;

/** npm packages, Docker and what images are made with; whatever is there is left alone. */
export async function prepare() {
  await Promise.all([ensurePackages(), ensureDocker().then(ensureChromium)]);
}

/** `npm ci`, when what is installed is not what the lock file says. */
export async function ensurePackages() {
  const stale = firstMissingPackage();
  if (stale === undefined) return;
  say(`npm packages: installing (${stale})`);
  // Scripts of dependencies only build optional native parts that nothing here uses; ours is run by `build`.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  say('npm packages: installed');
}

/** Compiles to dist/; what did not change since the last time is not compiled again. */
export async function build() {
  say('build: tsc');
  const incremental = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'];
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...incremental]);
}

/** Times of files say nothing after a checkout; npm's own record of what it installed does. */
function firstMissingPackage() {
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  const [missing] = Object.entries(wanted).find(
    ([name, { version, optional, link }]) => name !== '' && !optional && !link && installed[name]?.version !== version,
  ) ?? [undefined];
  return missing?.replace(/^.*node_modules\//, '').concat(' is missing or of another version');
}

function readLock(file) {
  const full = path.join(root, file);
  return existsSync(full) ? JSON.parse(readFileSync(full, 'utf8')).packages : {};
}

/** A Docker that answers: the one that runs, else, as root on Debian, one that is installed and started here. */
export async function ensureDocker() {
  const isUp = await works('docker', 'version');
  if (!isUp && !isDebianRoot()) {
    throw new Error(
      process.env.DOCKER_HOST
        ? `Docker does not answer at ${process.env.DOCKER_HOST}: start it, or unset DOCKER_HOST`
        : 'Docker does not run. Start it (Docker Desktop, `systemctl start docker`) and try again; as root on Debian it is installed by itself',
    );
  }
  if (isDebianRoot()) await ensureDebianPackages(isUp);
  if (!isUp && !(await works('docker', 'version'))) await startDocker();
}

const isDebianRoot = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/**
 * Docker's engine; mmdebstrap, with which images are made where no registry can be reached; and ss, which scripts for old machines
 * ask who is connected.
 */
async function ensureDebianPackages(hasDocker) {
  const missing = [];
  if (!hasDocker && !(await works('dockerd', '--version'))) missing.push('docker.io', 'iptables');
  if (!(await works('mmdebstrap', '--version'))) missing.push('mmdebstrap', 'debian-archive-keyring');
  if (!(await works('ss', '-V'))) missing.push('iproute2');
  if (missing.length === 0) return;
  await install(missing);
}

/** One test looks at pages in a browser; all others run without. */
async function ensureChromium() {
  if (!isDebianRoot() || existsSync('/usr/bin/chromium')) return;
  await install(['chromium']).catch(() => say('Chromium cannot be installed: the test that needs a browser will fail'));
}

async function install(packages) {
  say(`Debian packages: installing ${packages.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300'];
  const args = ['install', '-y', '--no-install-recommends', ...lock, ...packages];
  // The lists of packages may be missing or too old: then they are fetched, and only then.
  if ((await run('apt-get', args, { env, isVital: false })).exitCode !== 0) {
    await run('apt-get', ['update', ...lock], { env });
    await run('apt-get', args, { env });
  }
  say('Debian packages: installed');
}

const daemonDirectory = path.join(tmpdir(), 'redeploy-docker');

/** Starts dockerd itself: where this is needed, there is no service manager. It stays when we end. */
async function startDocker() {
  mkdirSync(daemonDirectory, { recursive: true });
  const logFile = path.join(daemonDirectory, 'dockerd.log');
  say(`Docker: starting dockerd, log in ${logFile}`);
  const log = openSync(logFile, 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const state = { hasEnded: false };
  for (const event of ['error', 'exit']) daemon.on(event, () => (state.hasEnded = true));
  daemon.unref();
  if (daemon.pid) writeFileSync(path.join(daemonDirectory, 'dockerd.pid'), `${daemon.pid}\n`);
  for (let tries = 0; tries < 120 && !state.hasEnded; tries += 1) {
    if (await works('docker', 'version')) return say('Docker: ready');
    await sleep(500);
  }
  const last = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n');
  throw new Error(`dockerd ${state.hasEnded ? 'ended' : 'does not answer'}:\n${last}`);
}
