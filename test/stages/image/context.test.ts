import { spawn } from 'node:child_process';
import { chmod, symlink } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { packContext } from '../../../pipeline/stages/image/context.ts';
import { readConfidential } from '../../../pipeline/stages/image/confidential.ts';
import { imageKeyOf } from '../../../pipeline/stages/image.ts';
import { openWorkplace, targetOf, templates, type Workplace } from './workplace.ts';

const server = 'programs/server';
const longName = `${server}/npm/node_modules/meteor/babel/${'node_modules/deep/'.repeat(8)}index.js`;

const files = {
  [`${server}/npm-shrinkwrap.json`]: '{}',
  [`${server}/npm-rebuilds.json`]: '["npm"]',
  [`${server}/npm-rebuild.js`]: '',
  [`${server}/app/app.js`]: 'app();',
  [`${server}/packages/meteor.js`]: '',
  [`${server}/npm/node_modules/react/index.js`]: '',
  [`${server}/npm/node_modules/react/cli.js`]: '',
  [`${server}/node_modules/of-this-machine/binary.node`]: '',
  [longName]: '',
  'programs/web.browser/a1b2.js': '',
};

/** Lists the context as tar sees it: mode, owner, time, name. */
async function list(place: Workplace): Promise<string[]> {
  const runtime = path.join(templates, 'runtime');
  const parts = { bundle: place.bundle.directory, dockerfile: 'FROM x', runtime, npmrc: 'token', caBundle: '' };
  const tar = spawn('tar', ['--full-time', '--utc', '-tv'], { stdio: ['pipe', 'pipe', 'inherit'] });
  packContext(parts).pipe(tar.stdin);
  return (await text(tar.stdout)).trim().split('\n');
}

test('lays the bundle out in layers from stable to volatile, nothing of this machine in it', async () => {
  await using place = await openWorkplace(files);
  await chmod(path.join(place.bundle.directory, `${server}/npm/node_modules/react/cli.js`), 0o700);
  await symlink('react/cli.js', path.join(place.bundle.directory, `${server}/npm/node_modules/.bin`));
  const lines = await list(place);
  const names = lines.map((line) => line.split(/\s+/).slice(5).join(' '));
  expect(names).toEqual(
    expect.arrayContaining([
      `atmosphere/app/${longName}`,
      `modules/app/${server}/npm/node_modules/react/index.js`,
      `modules/app/${server}/npm/node_modules/.bin -> react/cli.js`,
      `packages/app/${server}/packages/meteor.js`,
      `app/app/${server}/app/app.js`,
      `app/app/${server}/package.json`,
      'app/app/programs/web.browser/a1b2.js',
      'app/app/main.js',
      'dependencies/package.json',
      'dependencies/npm-shrinkwrap.json',
      'dependencies/npm-rebuild.js',
      'dependencies/npm-rebuilds.json',
      `rebuild/app/${server}/npm-rebuilds.json`,
      'runtime/redeploy/start.mjs',
      'private/npmrc',
      'private/ca.pem',
      'Dockerfile',
    ]),
  );
  expect(names.join('\n')).not.toContain('of-this-machine');
  for (const line of lines)
    expect(line).toMatch(/^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrw\S+) 0\/0 +\d+ 1970-01-01 00:00:00/);
  expect(lines.filter((line) => line.startsWith('-rwx')).map((line) => line.split('/').at(-1))).toEqual(['cli.js']);
});

test('the key follows bundle, base, instructions and architecture; not revision, npmrc or certificates', async () => {
  await using place = await openWorkplace();
  const ctx = place.context({});
  const key = await imageKeyOf(ctx, targetOf(place.root), place.bundle);
  const same = { npmrc: '.npmrc', caBundle: 'ca.pem' };
  expect(await imageKeyOf(ctx, targetOf(place.root, same), { ...place.bundle, revision: 'other' })).toBe(key);
  const others = await Promise.all([
    imageKeyOf(ctx, targetOf(place.root), { ...place.bundle, key: 'b-2' }),
    imageKeyOf(ctx, targetOf(place.root), { ...place.bundle, nodeVersion: '22.11.0' }),
    imageKeyOf(ctx, targetOf(place.root, { base: 'node:20-alpine' }), place.bundle),
    imageKeyOf(ctx, targetOf(place.root, { buildInstructions: ['RUN apt-get install -y imagemagick'] }), place.bundle),
    imageKeyOf(ctx, { ...targetOf(place.root), architecture: 'arm64' }, place.bundle),
  ]);
  expect(new Set([key, ...others]).size).toBe(6);
});

test('fills variables into npmrc as npm does, and says which file it cannot read', async () => {
  await using place = await openWorkplace({ '.npmrc': '//registry/:_authToken=${NPM_TOKEN}\nprefix=${UNSET}\n' });
  const target = targetOf(place.bundle.directory, { npmrc: '.npmrc' });
  const read = await readConfidential(target, { environment: { NPM_TOKEN: 's3cret' } });
  expect(read).toEqual({ npmrc: '//registry/:_authToken=s3cret\nprefix=${UNSET}\n', caBundle: '' });
  await expect(readConfidential(target, { caBundle: '/no/ca.pem' })).rejects.toMatchObject({
    code: 'settings',
    message: 'NODE_EXTRA_CA_CERTS: cannot read /no/ca.pem',
  });
});
