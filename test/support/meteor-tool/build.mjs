import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { writeTarball } from './archive.mjs';
import { json, readOwn, writeFile } from './files.mjs';
import { ToolError } from './options.mjs';
import { writeServerProgram } from './server-program.mjs';
import { WEB_ARCHS, writeWebProgram } from './web-program.mjs';

const ARCHITECTURES = new Set([
  'os.osx.x86_64',
  'os.osx.arm64',
  'os.linux.x86_64',
  'os.windows.x86_64',
  'os.linux.aarch64',
]);
const HOST = { 'linux-x64': 'os.linux.x86_64', 'linux-arm64': 'os.linux.aarch64', 'darwin-x64': 'os.osx.x86_64' };
const PLATFORMS = new Set([...WEB_ARCHS, 'web.cordova', 'android', 'ios']);

/** `meteor build OUT`: the bundle in OUT/bundle, or in OUT/<app directory>.tar.gz. */
export async function build(app, out, options) {
  const architecture = chooseArchitecture(options.architecture);
  for (const platform of options.platforms?.split(',') ?? []) {
    if (!PLATFORMS.has(platform)) throw new ToolError(`Not allowed platform on '--platforms' flag: ${platform}`);
  }
  const output = path.resolve(out);
  warnWhenInside(app, output);

  const scratch = path.join(app.directory, '.meteor', 'local', 'build_tar');
  const bundle = path.join(options.directory ? output : scratch, 'bundle');
  remove(bundle);
  try {
    await writeBundle(app, bundle, { ...options, architecture });
    fs.mkdirSync(output, { recursive: true });
    if (!options.directory) await writeTarball(bundle, path.join(output, `${app.name}.tar.gz`));
  } finally {
    remove(scratch);
  }
}

async function writeBundle(app, bundle, options) {
  for (const arch of WEB_ARCHS) await writeWebProgram(app, arch, bundle, options);
  await writeServerProgram(app, bundle);
  const top = (name, content) => writeFile(bundle, name, content, { readOnly: true });
  top('main.js', readOwn('main.js'));
  top('README', readOwn('README'));
  top('.node_version.txt', `v${app.nodeVersion}\n`);
  top('server/.bundle_version.txt', `${app.nodeVersion}.1\n`);
  top('star.json', json(star(app)));
}

function star(app) {
  const gitCommitHash = gitRevision(app.directory);
  return {
    format: 'site-archive-pre1',
    builtBy: 'meteor-redeploy stand-in for Meteor',
    programs: [
      ...WEB_ARCHS.map((arch) => ({ name: arch, arch, path: `programs/${arch}/program.json` })),
      // Whatever was asked for: the tool names a CPU only where a package is compiled for it.
      { name: 'server', arch: 'os', path: 'programs/server/boot.js' },
    ],
    meteorRelease: app.release,
    nodeVersion: app.nodeVersion,
    npmVersion: '10.8.2',
    ...(gitCommitHash && { gitCommitHash }),
  };
}

function gitRevision(directory) {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

function chooseArchitecture(wanted = HOST[`${process.platform}-${process.arch}`] ?? 'os.linux.x86_64') {
  if (ARCHITECTURES.has(wanted)) return wanted;
  const list = [...ARCHITECTURES].map((one) => `  ${one}`).join('\n');
  throw new ToolError(`Invalid architecture: ${wanted}\nThe following are valid Meteor architectures:\n${list}`);
}

function warnWhenInside(app, output) {
  if (path.relative(app.directory, output).startsWith('..')) return;
  process.stderr.write(`
WARNING: The output directory is under your source tree.
         Your generated files may get interpreted as source code!
         Consider building into a different directory instead
         meteor build ../output

`);
}

function remove(directory) {
  fs.rmSync(directory, { recursive: true, force: true });
}
