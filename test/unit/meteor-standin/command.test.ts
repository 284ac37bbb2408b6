import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildBundle, copySample, meteor, readTree } from './build.ts';
import { temporaryDirectory } from '../runtime/harness.ts';

let place: Awaited<ReturnType<typeof temporaryDirectory>>;
let app: string;
let bundle: string;

beforeAll(async () => {
  place = await temporaryDirectory();
  app = await copySample(place.directory);
  bundle = await buildBundle(app, path.join(place.directory, 'out'));
  return () => place[Symbol.asyncDispose]();
});

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(path.join(app, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(app, file), text.replace(from, to));
}

const programFile = (name: string) => name.replace(/[0-9a-f]{40}/, '<sha1>');

test('says that it is a stand-in, and which release the app uses', async () => {
  const { code, stdout, stderr } = await meteor(app, ['--version']);
  expect([code, stdout]).toEqual([0, 'Meteor 3.0.4\n']);
  expect(stderr).toContain('stand-in');
});

test('a bundle has the files of a real one', async () => {
  const names = [...(await readTree(bundle)).keys()].map(programFile);
  const web = ['<sha1>.css', '<sha1>.js', '<sha1>.stats.json', 'body.html', 'head.html', 'program.json'];
  const server = ['boot.js', 'runtime.js', 'npm-rebuild.js', 'npm-rebuilds.json', 'npm-require.js', 'program.json']
    .concat([
      'config.json',
      'package.json',
      'npm-shrinkwrap.json',
      'app/app.js',
      'app/app.js.map',
      'packages/webapp.js',
    ])
    .map((name) => `programs/server/${name}`);
  const clients = ['web.browser', 'web.browser.legacy'].flatMap((arch) =>
    web.map((name) => `programs/${arch}/${name}`),
  );
  const top = ['main.js', 'star.json', '.node_version.txt', 'README', 'server/.bundle_version.txt'];
  expect(names).toEqual(expect.arrayContaining([...top, ...server, ...clients]));
  expect(names.some((name) => `bundle/${name}`.length > 170)).toBe(true);
  expect(JSON.parse(await readFile(path.join(bundle, 'star.json'), 'utf8'))).toMatchObject({
    format: 'site-archive-pre1',
    meteorRelease: 'METEOR@3.0.4',
    nodeVersion: '20.18.0',
    programs: [{ name: 'web.browser' }, { name: 'web.browser.legacy' }, { name: 'server', arch: 'os' }],
  });
  expect(await readFile(path.join(bundle, '.node_version.txt'), 'utf8')).toBe('v20.18.0\n');
  const mode = async (name: string) => (await stat(path.join(bundle, name))).mode & 0o777;
  expect([await mode('star.json'), await mode('programs/server/npm-shrinkwrap.json')]).toEqual([0o444, 0o644]);
});

test('settings and environment of the app are nowhere in the bundle', async () => {
  const contents = [...(await readTree(bundle)).values()].map((text) => Buffer.from(text, 'base64').toString());
  for (const secret of ['Hello from production', 'example-payment-key', 'example-mail-password']) {
    expect(contents.filter((text) => text.includes(secret))).toEqual([]);
  }
});

test('one changed line changes the app code, the hashed script and its manifest, and nothing else', async () => {
  const before = await readTree(bundle);
  await replaceIn('imports/api/limits.js', 'KEPT = 50', 'KEPT = 60');
  await replaceIn('imports/ui/ItemList.jsx', 'Nothing here yet.', 'Nothing here so far.');
  await replaceIn('imports/api/items-server.js', 'text.trim()', 'text.trimEnd()');
  const after = await readTree(await buildBundle(app, path.join(place.directory, 'changed')));

  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => before.get(name) !== after.get(name));
  expect([...new Set(changed.map(programFile))].toSorted()).toEqual([
    'programs/server/app/app.js',
    'programs/server/app/app.js.map',
    'programs/web.browser.legacy/<sha1>.js',
    'programs/web.browser.legacy/<sha1>.stats.json',
    'programs/web.browser.legacy/program.json',
    'programs/web.browser/<sha1>.js',
    'programs/web.browser/<sha1>.stats.json',
    'programs/web.browser/program.json',
  ]);
});

test('without --directory there is an archive named after the app directory', async () => {
  const out = path.join(place.directory, 'archive');
  expect((await meteor(app, ['build', out])).code).toBe(0);
  const names = execFileSync('tar', ['-tzf', path.join(out, 'sample.tar.gz')])
    .toString()
    .split('\n');
  expect(names[0]).toBe('bundle/.');
  expect(names).toContain('bundle/programs/server/app/app.js');
});

test('a mistake in the source is shown with its place, and nothing is called built', async () => {
  const broken = await copySample(path.join(place.directory, 'broken'));
  await writeFile(path.join(broken, 'imports/ui/App.jsx'), 'export const App = () => <main>;\n');
  const { code, stderr } = await meteor(broken, ['build', path.join(place.directory, 'broken-out'), '--directory']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /Errors prevented bundling:\nWhile building for web\.browser:\nimports\/ui\/App\.jsx:\d+:\d+: /,
  );
});

test.each([
  ['an unknown option', ['build', '../x', '--settings', 'x.json'], '--settings: unknown option.'],
  ['no output directory', ['build'], 'build: not enough arguments.'],
  ['an option without its value', ['build', '../x', '--architecture'], 'the --architecture option needs a value'],
  ['an unknown architecture', ['build', '../x', '--architecture', 'arm64'], 'Invalid architecture: arm64'],
  ['another command', ['deploy'], "'deploy' is not a Meteor command"],
])('refuses %s', async (_, args, message) => {
  const { code, stderr } = await meteor(app, args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

test('refuses a directory without .meteor/release', async () => {
  const { code, stderr } = await meteor(place.directory, ['build', 'out']);
  expect(code).toBe(1);
  expect(stderr).toContain("build: You're not in a Meteor project directory.");
});

test.runIf(process.getuid?.() === 0)('refuses root unless told otherwise', async () => {
  const unset = { METEOR_ALLOW_SUPERUSER: '' };
  const refused = await meteor(app, ['build', 'out'], unset);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("as the 'root' superuser");
  const out = path.join(place.directory, 'as-root');
  expect((await meteor(app, ['build', out, '--directory', '--allow-superuser'], unset)).code).toBe(0);
});

test('warns when the output is inside the app', async () => {
  const inside = await copySample(path.join(place.directory, 'inside'));
  const { code, stderr } = await meteor(inside, ['build', './out', '--directory']);
  expect(code).toBe(0);
  expect(stderr).toContain('The output directory is under your source tree.');
});
