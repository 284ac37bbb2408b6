import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, readlink, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureBundle } from '../../../pipeline/stages/bundle.ts';
import { openWorkplace, writeBundle, type Workplace } from './workplace.ts';

const take = async (place: Workplace, bundle: string) => ensureBundle(place.ctx, await place.target(), { bundle });

const deep = `programs/server/npm/node_modules/meteor/${'long-package-name/'.repeat(9)}index.js`;

/** A bundle with a path of 190 characters and a link, as npm makes them. */
async function bundleWithNpm(place: Workplace): Promise<string> {
  const directory = await writeBundle(path.join(place.root, 'out/bundle'), { [deep]: 'deep();' });
  const bin = path.join(directory, 'programs/server/npm/node_modules/.bin');
  await mkdir(bin);
  await symlink('../meteor/long-package-name', path.join(bin, 'long'));
  return directory;
}

test('takes a directory that is the bundle, and one that holds it', async () => {
  await using place = await openWorkplace();
  const directory = await bundleWithNpm(place);
  const itself = await take(place, directory);
  const around = await take(place, path.dirname(directory));
  expect(itself).toMatchObject({ reused: true, value: { directory, nodeVersion: '20.18.0', revision: undefined } });
  expect(around.value).toEqual(itself.value);
  expect(await place.builds()).toBe(0);
});

test.each([
  ['GNU', ['--format=gnu', 'bundle']],
  ['pax', ['--format=pax', 'bundle']],
  ['pax with ./ in front', ['--format=pax', './bundle']],
  ['GNU with ./ in front', ['--format=gnu', './bundle']],
  ['no folder at all', ['--format=gnu', '-C', 'bundle', '.']],
])('takes a tar.gz (%s): same content, same key as the directory', async (_name, args) => {
  await using place = await openWorkplace();
  const directory = await bundleWithNpm(place);
  const file = path.join(place.root, 'app.tar.gz');
  execFileSync('tar', ['-czf', file, ...args], { cwd: path.dirname(directory) });
  const { value } = await take(place, file);
  expect(value.key).toBe((await take(place, directory)).value.key);
  expect(value.directory.startsWith(place.ctx.cache)).toBe(true);
  expect(await readFile(path.join(value.directory, deep), 'utf8')).toBe('deep();');
  expect(await readlink(path.join(value.directory, 'programs/server/npm/node_modules/.bin/long'))).toBe(
    '../meteor/long-package-name',
  );
});

test('unpacks an archive once', async () => {
  await using place = await openWorkplace();
  const directory = await bundleWithNpm(place);
  const file = path.join(place.root, 'app.tar.gz');
  execFileSync('tar', ['-czf', file, 'bundle'], { cwd: path.dirname(directory) });
  const first = await take(place, file);
  await writeFile(path.join(first.value.directory, 'mark'), '');
  const again = await take(place, file);
  expect(await readFile(path.join(again.value.directory, 'mark'), 'utf8')).toBe('');
});

test('refuses an archive whose links lead outside, one cut short, and one that is none', async () => {
  await using place = await openWorkplace();
  const directory = await bundleWithNpm(place);
  const pack = (file: string) => execFileSync('tar', ['-czf', file, 'bundle'], { cwd: path.dirname(directory) });
  const cut = path.join(place.root, 'cut.tar.gz');
  pack(cut);
  await truncate(cut, 200);
  const link = path.join(directory, 'programs/server/outside');
  await symlink('../../../../../../etc', link);
  const escaping = path.join(place.root, 'escaping.tar.gz');
  pack(escaping);
  for (const file of [cut, escaping, path.join(directory, 'main.js')]) {
    await expect(take(place, file)).rejects.toMatchObject({
      code: 'bundle',
      message: expect.stringContaining(`cannot unpack ${file}`) as string,
    });
  }
});

test('the key depends on contents, names, links and executable bits, not on times', async () => {
  await using place = await openWorkplace();
  const directory = await bundleWithNpm(place);
  const keyNow = async () => (await take(place, directory)).value.key;
  const key = await keyNow();
  await utimes(path.join(directory, 'main.js'), 1, 1);
  expect(await keyNow()).toBe(key);
  const keys = new Set([key]);
  const link = path.join(directory, 'programs/server/npm/node_modules/.bin/long');
  const changes = [
    () => writeFile(path.join(directory, 'main.js'), 'changed'),
    () => chmod(path.join(directory, 'main.js'), 0o755),
    () => rm(link).then(() => symlink('../meteor', link)),
    () => rename(path.join(directory, deep), path.join(directory, 'programs/server/npm/index.js')),
  ];
  for (const change of changes) {
    await change();
    keys.add(await keyNow());
  }
  expect(keys.size).toBe(5);
});

test.each([
  ['star.json', { 'star.json': undefined }, /has no star\.json/],
  ['programs/server/package.json', { 'programs/server/package.json': undefined }, /no programs\/server\/package\.json/],
  ['the Node version', { 'star.json': '{}' }, /does not say which Node/],
  ['a Node that runs ECMAScript modules', { 'star.json': '{"nodeVersion":"8.17.0"}' }, /wants Node 8\.17\.0 .*12\.17/],
  ['JSON in star.json', { 'star.json': 'no' }, /star\.json is not JSON/],
])('refuses a bundle without %s', async (_name, files, message) => {
  await using place = await openWorkplace();
  const directory = await writeBundle(path.join(place.root, 'bundle'), files);
  await expect(take(place, directory)).rejects.toMatchObject({
    code: 'bundle',
    message: expect.stringMatching(message) as string,
  });
});

test.each([
  ['star.json alone', '{"nodeVersion":"20.9.0"}', 'v18.0.0', '20.9.0'],
  ['a text with v and line end', '{}', 'v14.21.4\n', '14.21.4'],
  ['a text without v', '{}', '14.21.4', '14.21.4'],
  ['byte order marks', '\uFEFF{}', '\uFEFF14.21.4\r\n', '14.21.4'],
  ['a v in star.json', '{"nodeVersion":"v22.11.0"}', undefined, '22.11.0'],
])('reads the Node version from %s', async (_name, star, text, version) => {
  await using place = await openWorkplace();
  const files = { 'star.json': star, '.node_version.txt': text };
  const directory = await writeBundle(path.join(place.root, 'bundle'), files);
  expect((await take(place, directory)).value.nodeVersion).toBe(version);
});

test.each(['os', 'os.linux', 'os.linux.x86_64'])('says nothing of a bundle for %s, which runs here', async (arch) => {
  await using place = await openWorkplace();
  const star = JSON.stringify({ nodeVersion: '22.16.0', programs: [{ name: 'server', arch }] });
  await take(place, await writeBundle(path.join(place.root, 'bundle'), { 'star.json': star }));
  expect(place.events.filter(({ kind }) => kind === 'warning')).toEqual([]);
});

test('warns of a bundle that was built for another CPU', async () => {
  await using place = await openWorkplace();
  const star = JSON.stringify({ nodeVersion: '20.18.0', programs: [{ name: 'server', arch: 'os.osx.arm64' }] });
  await take(place, await writeBundle(path.join(place.root, 'bundle'), { 'star.json': star }));
  expect(place.events).toContainEqual({
    kind: 'warning',
    message: expect.stringContaining('os.osx.arm64') as string,
  });
});
