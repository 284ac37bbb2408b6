import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ensureBundle } from '../../../pipeline/stages/bundle.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const build = async (place: Workplace) => ensureBundle(place.ctx, await place.target(), {});
const linesOf = ({ events }: Workplace) => events.flatMap((event) => (event.kind === 'output' ? [event.line] : []));

test('builds headless, shows what meteor prints, and reads what it made', async () => {
  await using place = await openWorkplace();
  const { value, reused } = await build(place);
  expect(value).toMatchObject({ nodeVersion: '20.18.0', meteorRelease: 'METEOR@3.0.4', revision: undefined });
  expect(value.key).toMatch(/^b-[0-9a-f]{40}$/);
  expect(reused).toBe(false);
  expect(linesOf(place)[0]).toMatch(/^args: build .* --directory --architecture os\.linux\.x86_64 .*headless: 1$/);
});

test('reuses the bundle until a source changes; settings of any environment and redeploy.json are no sources', async () => {
  await using place = await openWorkplace();
  const first = await build(place);
  await place.write('settings/production.json', '{"public":{"other":true}}');
  await place.write('settings/staging.env', 'MONGO_URL=mongodb://there');
  await place.write('.meteor/local/cache', 'of the tool');
  await place.write('node_modules/react/index.js', 'installed');
  const target = await place.target();
  const environments = { production: {}, staging: { region: 'eu-west-1' } };
  await place.write('redeploy.json', JSON.stringify({ app: 'shop', region: 'eu-central-1', environments }));
  const second = await ensureBundle(place.ctx, target, {});
  expect(second).toMatchObject({ reused: true, value: first.value });
  expect(await place.builds()).toBe(1);

  await place.write('server/main.js', 'two();');
  const third = await ensureBundle(place.ctx, target, {});
  expect(third.reused).toBe(false);
  expect(third.value.key).not.toBe(first.value.key);
  await place.write('server/main.js', 'one();');
  expect((await ensureBundle(place.ctx, target, {})).value.key).toBe(first.value.key);
  expect(await place.builds()).toBe(2);
});

test('what Rspack writes beside the sources is no source, where the app uses it', async () => {
  await using place = await openWorkplace();
  const made = [
    '_build/main-prod/client-rspack.js',
    'public/build-chunks/1.js',
    'private/build-assets/a.txt',
    '.rsdoctor/x',
  ];
  const buildAgain = async (...files: string[]) => {
    for (const file of files) await place.write(file, String(Math.random()));
    return (await build(place)).reused;
  };
  await build(place);
  for (const file of made) expect([file, await buildAgain(file)]).toEqual([file, false]);

  await place.write('.meteor/packages', 'meteor-base@1.5.2\nrspack@1.0.0\n');
  expect(await buildAgain()).toBe(false);
  expect(await buildAgain(...made, '.gitignore', 'public/build-chunks-test/2.js')).toBe(true);
  expect(await buildAgain('public/robots.txt')).toBe(false);
  expect(await buildAgain('imports/deep/build-chunks/3.js')).toBe(false);

  await place.write('package.json', JSON.stringify({ meteor: { buildContext: 'out' } }));
  expect(await buildAgain()).toBe(false);
  expect(await buildAgain('out/main-prod/server-rspack.js')).toBe(true);
  expect(await buildAgain('_build/mine.js')).toBe(false);
});

test('other build options make another bundle of the same sources', async () => {
  await using place = await openWorkplace();
  const target = await place.target();
  await ensureBundle(place.ctx, target, {});
  await ensureBundle(place.ctx, { ...target, build: { ...target.build, debug: true } }, {});
  await ensureBundle(place.ctx, { ...target, architecture: 'arm64' }, {});
  expect(await place.builds()).toBe(3);
});

test('shows the last lines of a build that fails, and keeps nothing of it', async () => {
  await using place = await openWorkplace();
  await place.write('fail', '');
  await expect(build(place)).rejects.toMatchObject({
    code: 'bundle',
    message: expect.stringContaining('exit code 1') as string,
    lines: expect.arrayContaining([
      'While building the application:',
      'client/main.jsx:3: Unexpected token',
    ]) as string[],
  });
  await rm(path.join(place.app, 'fail'));
  expect((await build(place)).reused).toBe(false);
});

test('takes nothing that a killed build left for a bundle, and removes it', async () => {
  await using place = await openWorkplace();
  const target = await place.target();
  const slots = path.dirname(path.dirname((await build(place)).value.directory));
  // A run that was killed: its draft names a process that is gone.
  await mkdir(path.join(slots, 'draft-999999999-abc', 'bundle'), { recursive: true });
  await place.write('crash', '');
  await expect(ensureBundle(place.ctx, target, {})).rejects.toMatchObject({ code: 'bundle' });
  expect((await readdir(slots)).filter((name) => name.startsWith('draft-'))).toEqual([]);
});

test('ends meteor when the run is interrupted', async () => {
  await using place = await openWorkplace();
  await place.write('wait', '');
  const building = build(place);
  await vi.waitUntil(() => existsSync(path.join(place.app, 'waiting')), { timeout: 10_000 });
  place.interrupt();
  await expect(building).rejects.toMatchObject({ code: 'interrupted' });
});

test('says what is missing before any work', async () => {
  await using place = await openWorkplace();
  const target = await place.target();
  await rm(path.join(place.app, '.meteor/release'));
  await expect(build(place)).rejects.toMatchObject({
    code: 'bundle',
    message: expect.stringContaining('.meteor/release') as string,
  });
  await expect(ensureBundle(place.ctx, target, { bundle: '/no/such.tar.gz' })).rejects.toMatchObject({
    message: 'there is no bundle /no/such.tar.gz',
  });
  expect(await place.builds()).toBe(0);
});

test('says how to get meteor when there is none', async () => {
  await using place = await openWorkplace();
  const target = await place.target();
  const without = { ...target, build: { ...target.build, executable: 'meteor-that-nobody-has' } };
  await expect(ensureBundle(place.ctx, without, {})).rejects.toMatchObject({
    code: 'bundle',
    hint: expect.stringContaining('npm install -g meteor') as string,
  });
});

test('names the revision, and whether a source differs from it', async () => {
  await using place = await openWorkplace();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: path.dirname(place.app), encoding: 'utf8' });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '-qm', 'One');
  const commit = git('rev-parse', '--short=12', 'HEAD').trim();
  expect((await build(place)).value.revision).toBe(commit);
  await place.write('settings/production.json', '{"edited":1}');
  expect((await build(place)).value.revision).toBe(commit);
  await place.write('server/new.js', 'three();');
  expect((await build(place)).value.revision).toBe(`${commit}-dirty`);
  // The app is a folder of the repository: what lies beside it may be built in.
  await place.write('../packages/shared/index.js', 'shared();');
  expect((await build(place)).reused).toBe(false);
  expect((await build(place)).reused).toBe(true);
});

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot && process.platform === 'linux')('names the full disk and what is left of it', async () => {
  const disk = path.join((await import('node:os')).tmpdir(), `full-disk-${process.pid}`);
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=9m', 'tmpfs', disk]);
  try {
    await using place = await openWorkplace({ cache: path.join(disk, 'cache') });
    await place.write('huge', '');
    await expect(build(place)).rejects.toMatchObject({
      code: 'bundle',
      message: expect.stringMatching(/^the disk of .*full-disk.* is full: \d+ MB are free$/) as string,
      lines: expect.arrayContaining([expect.stringContaining('No space left on device')]) as string[],
    });
  } finally {
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  }
});
