import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, ensureDocker, ensurePackages, root, run, say } from './support/prepare.mjs';
import { ensureBaseImage } from './support/base-image.mjs';

// `npm run quickstart`: from a bare clone to the sample app on a fleet in the sandbox. What is there from an earlier run is used.

/** The sample app as the user's own: it stays, edits and all. */
const app = path.join(root, '.redeploy/quickstart');
const cli = path.join(root, 'dist/pipeline/cli.js');

try {
  const [, baseImage] = await Promise.all([packagesAndSandbox(), dockerReady().then(makeBaseImage)]);
  writeApp(baseImage, await hasMeteor());
  await keepHistory();
  say('redeploy deploy --sandbox');
  const exitCode = await redeploy(['deploy', '--sandbox', '--yes', '--app-dir', app]);
  if (exitCode === 0) process.stdout.write(whatNext());
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** npm and tsc need no Docker; the sandbox needs all of it and makes its machine image while the base image is made. */
async function packagesAndSandbox() {
  const packages = ensurePackages().then(build);
  await Promise.all([packages, dockerReady()]);
  const { region } = JSON.parse(readFileSync(path.join(root, 'test/fixtures/app/redeploy.json'), 'utf8'));
  say('sandbox: starting (the first time, the image of its machines is made)');
  const onLine = (line) => say(line.trim());
  await run(process.execPath, [cli, 'sandbox', 'up', '--region', region], { onLine });
}

async function makeBaseImage() {
  const image = await ensureBaseImage({ log: (line) => say(`base image: ${line}`) });
  say(`base image: ${image}`);
  return image;
}

function dockerReady() {
  dockerReady.once ??= ensureDocker();
  return dockerReady.once;
}

async function hasMeteor() {
  return (await run('meteor', ['--version'], { isVital: false })).exitCode === 0;
}

/** Copies the sample app once, and tells it what this machine lacks: a registry with Node images, the Meteor tool. */
function writeApp(baseImage, isGenuineMeteor) {
  if (!existsSync(path.join(app, 'redeploy.json'))) {
    mkdirSync(app, { recursive: true });
    cpSync(path.join(root, 'test/fixtures/app'), app, { recursive: true });
  }
  const file = path.join(app, 'redeploy.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  // Node base images are in this machine's Docker or can be pulled, else the substitute serves for both stages.
  if (!baseImage.startsWith('node:')) settings.image = { ...settings.image, base: baseImage, buildBase: baseImage };
  const executable = isGenuineMeteor ? 'meteor' : path.join(root, 'test/support/meteor');
  settings.build = { ...settings.build, executable, allowSuperuser: true };
  writeFileSync(file, `${JSON.stringify(settings, undefined, 2)}\n`);
  if (!isGenuineMeteor) say('Meteor is not installed here: test/support/meteor stands in for it');
}

/** A repository of its own, as every app has: releases tell their commit, and those of ours do not touch it. */
async function keepHistory() {
  if (existsSync(path.join(app, '.git'))) return;
  const git = (...args) => run('git', ['-C', app, ...args], { isVital: false });
  await git('init', '--quiet');
  await git('add', '--all');
  await git(
    '-c',
    'user.name=quickstart',
    '-c',
    'user.email=quickstart@localhost',
    'commit',
    '--quiet',
    '-m',
    'Copy the sample app',
  );
}

function redeploy(args) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function whatNext() {
  const here = path.relative(process.cwd(), app) || '.';
  const command = (name) => `node ${path.relative(process.cwd(), cli)} ${name} --sandbox --app-dir ${here}`;
  return `
The sample app runs on machines of its own: open the address above.

Try next:
  edit a line in ${path.join(here, 'imports')}, then
  ${command('deploy')}      a new release: watch the page move to it
  ${command('rollback')}    the release before, its code and its settings
  ${command('status')}      what runs where
  node ${path.relative(process.cwd(), cli)} sandbox down --wipe      stop everything and forget it
`;
}
