import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { init, proposeName } from '../../../pipeline/commands/init.ts';
import { readWrittenPayload } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(path.join(tmpdir(), 'My Shop-'))));
afterEach(() => rm(directory, { recursive: true }));

const answers = { app: 'shop', region: 'eu-central-1', environment: 'staging' };
const read = (name: string) => readFile(path.join(directory, name), 'utf8');

test('what it writes can be deployed as it is, and secrets stay out of git and of other eyes', async () => {
  await mkdir(path.join(directory, '.meteor'));
  await writeFile(path.join(directory, '.meteor/release'), 'METEOR@3.1\n');
  await writeFile(path.join(directory, '.gitignore'), 'node_modules');
  const result = await init(directory, answers);
  expect(result).toEqual({
    ...answers,
    isMeteor: true,
    written: ['.gitignore', 'settings/staging.json', 'settings/staging.env', 'redeploy.json'],
  });
  const target = await readTarget(directory);
  expect(target).toMatchObject({ app: 'shop', environment: 'staging', fleet: { min: 2, max: 4 } });
  const { written: payload } = await readWrittenPayload(target);
  expect([payload.settings?.reveal(), payload.env.reveal()]).toEqual([{ public: {}, private: {} }, {}]);
  expect(await read('.gitignore')).toBe('node_modules\nsettings/*.env\nsettings/*.env.json\n');
  expect((await stat(path.join(directory, 'settings/staging.env'))).mode & 0o077).toBe(0);
});

test('what is there stays: a configuration is refused, other files are left alone', async () => {
  await mkdir(path.join(directory, 'settings'));
  await writeFile(path.join(directory, 'settings/staging.json'), '{"public":{"mine":1}}');
  await writeFile(path.join(directory, '.gitignore'), '/settings/*.env\nsettings/*.env.json\n');
  const result = await init(directory, answers);
  expect(result).toMatchObject({ isMeteor: false, written: ['settings/staging.env', 'redeploy.json'] });
  expect(await read('settings/staging.json')).toContain('mine');
  expect(await read('.gitignore')).toBe('/settings/*.env\nsettings/*.env.json\n');
  await expect(init(directory, answers)).rejects.toMatchObject({
    code: 'usage',
    message: `redeploy.json exists already in ${directory}`,
  });
});

test('answers that make no valid configuration are refused before anything is written', async () => {
  await expect(init(directory, { ...answers, app: 'Shop!', region: 'moon' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/app: .*"Shop!"[^]*region: .*"moon"/) as string,
  });
  await expect(read('redeploy.json')).rejects.toThrow('ENOENT');
});

test.each([
  ['{"name": "@acme/Web_Shop 2"}', 'web-shop-2'],
  ['{"name": "99-bottles-of-beer-on-the-wall"}', 'bottles-of-beer-on-t'],
  ['not json', /^my-shop-/],
  ['{"name": "漢字"}', 'app'],
])('package.json %s proposes a name that AWS takes', async (text, name) => {
  await writeFile(path.join(directory, 'package.json'), text);
  const proposed = await proposeName(directory);
  expect(proposed).toMatch(name);
  expect((await init(directory, { ...answers, app: proposed })).app).toBe(proposed);
});
