import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { fileOf, fixtureNames, readFixture } from '../unit/mup/read-fixture.ts';

// mup itself reads our fixtures, and agrees with us which keys there are.

const version = '1.5.11';
/** Outside node_modules: mup is no dependency, and its old ones are none of ours. */
const directory = path.join(
  process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'),
  `meteor-redeploy-tests/mup-${version}`,
);
const mup = path.join(directory, 'node_modules/mup/index.js');

interface Ended {
  code: number;
  output: string;
}

const run = (file: string, args: string[], cwd: string): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, MUP_SKIP_UPDATE_CHECK: 'true', APP_HOST: '192.0.2.1' };
    execFile(file, args, { cwd, env, timeout: 300_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stripVTControlCharacters(stdout + stderr) }),
    );
  });

beforeAll(async () => {
  if (existsSync(path.join(directory, 'complete'))) return;
  await mkdir(directory, { recursive: true });
  const options = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--prefix', directory];
  const { code, output } = await run('npm', ['install', ...options, `mup@${version}`], directory);
  if (code !== 0) throw new Error(`cannot install mup: ${output}`);
  await mkdir(path.join(directory, 'complete'));
});

/** mup calls the registry by another name in its messages, and the app `meteor` whenever there is such a key. */
const canonical = (key: string): string =>
  key.replace(/^dockerPrivateRegistry\b/, 'privateDockerRegistry').replace(/^meteor\./, 'app.');

test('it is the mup that we read', async () => {
  const { version: found } = JSON.parse(
    await readFile(path.join(directory, 'node_modules/mup/package.json'), 'utf8'),
  ) as {
    version: string;
  };
  expect(found).toBe(version);
});

test.each(fixtureNames)('mup validate calls the same keys of %s unknown as we do', async (name) => {
  const { output } = await run(process.execPath, [mup, 'validate'], path.dirname(fileOf(name)));
  expect(output).toMatch(/Config is valid|Validation Error|Depreciation/);
  const theirs = [...output.matchAll(/"([^"]+)" is an unknown property/g)].map(([, key = '']) => canonical(key));
  const { rows } = await readFixture(name);
  const ours = rows.filter(({ isKnown }) => !isKnown).map(({ key }) => canonical(key));
  expect(ours.sort()).toEqual(theirs.sort());
});
