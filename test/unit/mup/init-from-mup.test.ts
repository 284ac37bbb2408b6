import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseArguments } from '../../../pipeline/cli/parse-arguments.ts';
import { perform } from '../../../pipeline/cli/perform.ts';
import type { Session } from '../../../pipeline/cli/context.ts';
import type { MupImport } from '../../../pipeline/commands/init-from-mup.ts';
import { readWrittenPayload } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { fixtureNames, fixtures } from './read-fixture.ts';

let app: string;
beforeEach(async () => {
  app = await mkdtemp(path.join(tmpdir(), 'from-mup-'));
  await mkdir(path.join(app, '.meteor'));
  await writeFile(path.join(app, '.meteor/release'), 'METEOR@3.1\n');
  await bring('plain');
});
afterEach(() => rm(app, { recursive: true }));

const bring = (fixture: string, to = '.deploy') =>
  cp(path.join(fixtures, fixture, '.deploy'), path.join(app, to), { recursive: true });
const read = (name: string) => readFile(path.join(app, name), 'utf8');

/** The command line as it is, in the directory of the app. */
async function redeploy(...argv: string[]) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const io = {
    cwd: app,
    env: { HOME: app },
    stdout: stream,
    stderr: stream,
    stdin: process.stdin,
  } as unknown as Session['io'];
  const choice = parseArguments(argv, { cwd: app, columns: 100, print: () => {} });
  if (choice === undefined) throw new Error('no command');
  const shown = await perform(choice, {
    io,
    signal: new AbortController().signal,
    impatience: new AbortController().signal,
    report: () => {},
  });
  return { made: shown.document as MupImport, text: shown.lines((_, text) => text).join('\n') };
}
const outcomesOf = ({ files }: MupImport) => Object.fromEntries(files.map(({ name, outcome }) => [name, outcome]));
const detailsOf = ({ files }: MupImport) => files.flatMap(({ details }) => details);

test('what it writes deploys as it is: settings byte for byte, env exactly, secrets out of git, of other eyes and of the table', async () => {
  const { made, text } = await redeploy('init', '--from-mup', '.deploy/mup.js', '--region', 'eu-central-1');
  expect(outcomesOf(made)).toEqual({
    '.gitignore': 'extended',
    'settings/production.json': 'written',
    'settings/production.env': 'written',
    'redeploy.json': 'written',
  });
  const target = await readTarget(app);
  expect(target).toMatchObject({ app: 'todos', region: 'eu-central-1', fleet: { min: 1, max: 2 } });
  expect(await read('settings/production.json')).toBe(await read('.deploy/settings.json'));
  const { env } = (await readWrittenPayload(target)).written;
  expect(env.reveal()['MOTD']).toBe(`pl4nted "quotes", it's $HOME # not a comment\nsecond line <%= x %>`);
  expect(await read('.gitignore')).toBe('settings/*.env\nsettings/*.env.json\n');
  expect((await stat(path.join(app, 'settings/production.env'))).mode & 0o077).toBe(0);
  expect(await read('redeploy.json')).not.toContain('pl4nted');
  expect(text + JSON.stringify(made)).not.toContain('pl4nted');
  expect(text).toMatch(
    /^carried\n[^]*\nmapped\n[^]*\n {2}proxy\.domains +todos\.example\.com +balancer\.domain[^]*\ndropped\n/m,
  );
  expect(target.balancer.domain).toBe('todos.example.com');
});

test('twice is the same as once', async () => {
  await redeploy('init', '--from-mup', '.deploy', '--region', 'eu-central-1');
  const before = [await read('redeploy.json'), await read('settings/production.env'), await read('.gitignore')];
  const { made, text } = await redeploy('init', '--from-mup', '.deploy');
  expect(new Set(Object.values(outcomesOf(made)))).toEqual(new Set(['same']));
  expect(text).toContain('Nothing has changed.');
  expect([await read('redeploy.json'), await read('settings/production.env'), await read('.gitignore')]).toEqual(
    before,
  );
});

test('files that say something else are kept, and it tells where, without their values', async () => {
  await redeploy('init', '--from-mup', '.deploy');
  const edited = (await read('redeploy.json')).replace('"max": 2', '"max": 9');
  await writeFile(path.join(app, 'redeploy.json'), edited);
  await writeFile(path.join(app, 'settings/production.env'), 'MONGO_URL=mongodb://mine\nMINE=1\n');
  await writeFile(path.join(app, 'settings/production.json'), '{"public":{},"private":{}}');
  const { made, text } = await redeploy('init', '--from-mup', '.deploy', '--region', 'us-west-2');
  expect(await read('redeploy.json')).toBe(edited);
  expect(await read('settings/production.env')).toBe('MONGO_URL=mongodb://mine\nMINE=1\n');
  expect(await read('settings/production.json')).toBe('{"public":{},"private":{}}');
  expect(detailsOf(made)).toEqual([
    expect.stringMatching(/^26 bytes there, \d+ from mup$/),
    'differing: public, private',
    'ROOT_URL: not there',
    'MONGO_URL: another value there',
    'MAIL_URL: not there',
    'MOTD: not there',
    'WORKERS: not there',
    'VERBOSE: not there',
    'region: "us-east-1" there, "us-west-2" from mup',
    'environments.production.fleet.max: 9 there, 2 from mup',
  ]);
  expect(text).toContain('redeploy.json  kept as it is; it differs');
  expect(text).not.toContain('pl4nted');
});

test('a second mup.js adds its environment, and the first one stays as it is', async () => {
  await redeploy('init', '--from-mup', '.deploy');
  const first = await readTarget(app, 'production');
  await bring('plain', 'staging');
  const { made } = await redeploy('init', '--from-mup', 'staging/mup.js', '--settings', '.deploy/settings.json');
  expect(made).toMatchObject({ environment: 'staging' });
  expect(outcomesOf(made)['redeploy.json']).toBe('extended');
  expect(await readTarget(app, 'production')).toEqual(first);
  expect(await readTarget(app, 'staging')).toMatchObject({
    fleet: { min: 1 },
    envFile: path.join(app, 'settings/staging.env'),
  });
});

test('a second mup.js with a name and a region of its own, as mup needs them, is an environment of the same app', async () => {
  await redeploy('init', '--from-mup', '.deploy', '--region', 'us-east-1');
  await bring('mongo', 'staging');
  const again = () => redeploy('init', '--from-mup', 'staging', '--app-dir', '.', '--region', 'eu-west-1');
  const { made, text } = await again();
  expect(text).toMatch(/ blog\.example +environment staging of the app "todos"\n/);
  expect(text).toContain('redeploy deploy -e staging --sandbox');
  expect(made).toMatchObject({ app: 'todos', region: 'eu-west-1', environment: 'staging' });
  expect(await readTarget(app, 'production')).toMatchObject({ app: 'todos', region: 'us-east-1' });
  const target = await readTarget(app, 'staging');
  expect(target).toMatchObject({ app: 'todos', region: 'eu-west-1', balancer: { domain: 'blog.example.com' } });
  for (const { made: twice } of [await again(), await redeploy('init', '--from-mup', 'staging')])
    expect(new Set(Object.values(outcomesOf(twice)))).toEqual(new Set(['same']));
});

test('files that `redeploy init` wrote and nobody filled in are filled in', async () => {
  await redeploy('init', '--app', 'todos', '--region', 'us-east-1', '--yes');
  const { made } = await redeploy('init', '--from-mup', '.deploy');
  expect(outcomesOf(made)).toMatchObject({
    'settings/production.json': 'written',
    'settings/production.env': 'written',
    'redeploy.json': 'kept',
  });
  expect((await readWrittenPayload(await readTarget(app))).written.env.reveal()['WORKERS']).toBe('4');
});

test.each(fixtureNames)(
  '%s becomes a configuration whose only mistakes are those that the table names',
  async (name) => {
    await rm(path.join(app, '.deploy'), { recursive: true });
    await bring(name);
    const { made } = await redeploy('init', '--from-mup', '.deploy', '--app-dir', `${app}/.`);
    const target = await readTarget(app);
    expect(target.app).toBe(made.app);
    const refused = await readWrittenPayload(target).catch((error: unknown) => (error as Error).message);
    if (typeof refused === 'string') {
      const asked = new Set(
        made.rows.filter(({ outcome }) => outcome === 'needs you').map(({ key }) => key.split('.').at(-1)),
      );
      const complained = [...refused.matchAll(/^ {2}(\w+) /gm)].map(([, variable]) => variable);
      expect(complained.filter((variable) => !asked.has(variable))).toEqual([]);
      expect(complained).not.toEqual([]);
    }
    expect(await read('redeploy.json')).not.toContain('pl4nted');
  },
);

test.each([
  [['--from-mup', 'nowhere'], /^there is no file .*nowhere$/],
  [['--settings', 'a.json'], /^--settings goes with --from-mup$/],
  [['--from-mup', '.deploy', '--app', 'No!'], /this makes no redeploy\.json\n {2}app: .*"No!"/],
])('%j is refused before anything is written', async (options, message) => {
  await expect(redeploy('init', ...options)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message) as string,
  });
  await expect(read('.gitignore')).rejects.toThrow('ENOENT');
});
