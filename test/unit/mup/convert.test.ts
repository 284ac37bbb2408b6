import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { convert, type Conversion } from '../../../pipeline/core/mup/convert.ts';
import { environmentOf, safeName } from '../../../pipeline/core/mup/names.ts';
import { outcomes } from '../../../pipeline/core/mup/rule.ts';
import { rules } from '../../../pipeline/core/mup/rules.ts';
import { mupReference } from '../../support/mup-reference.ts';
import { expected } from './expected.ts';
import { fixtureNames, readFixture } from './read-fixture.ts';

const conversions = new Map<string, Conversion>();
for (const name of fixtureNames) conversions.set(name, await readFixture(name));
const converted = (name: string): Conversion => conversions.get(name) ?? convert({}, 'production');
const rowOf = (name: string, key: string) => converted(name).rows.find((row) => row.key === key);

describe.each(fixtureNames)('the mup.js called %s', (name) => {
  const { rows, blocks } = converted(name);

  test('converts key by key as the table says', () => {
    const byOutcome = outcomes.map((outcome) => [
      outcome,
      rows.filter((row) => row.outcome === outcome).map(({ key, isKnown }) => `${key}${isKnown ? '' : ' ?'}`),
    ]);
    expect({ blocks, ...Object.fromEntries(byOutcome) }).toEqual(expected[name]);
  });

  test('shows no secret, and a reason for everything', () => {
    expect(JSON.stringify(rows)).not.toContain('pl4nted');
    expect(rows.filter(({ why }) => why === '')).toEqual([]);
  });
});

test('each key that mup knows is in one of them', () => {
  const used = new Set([...conversions.values()].flatMap(({ rows }) => rows.map(({ rule }) => rule)));
  expect(rules.filter(({ key }) => !used.has(key))).toEqual([]);
});

test('the page about mup tells every key; if not, run `npm run schema`', async () => {
  const page = path.resolve(import.meta.dirname, '../../../docs/from-mup.md');
  expect(await readFile(page, 'utf8')).toBe(mupReference());
});

test('variables arrive as texts, whatever quotes, blanks and signs are in them', () => {
  expect(parse(converted('plain').env)).toEqual({
    ROOT_URL: 'https://todos.example.com',
    MONGO_URL: 'mongodb+srv://todos:pl4nted-mongo@cluster0.example.net/todos',
    MAIL_URL: 'smtp://postmaster%40example.com:pl4nted-mail@smtp.example.com:587',
    MOTD: `pl4nted "quotes", it's $HOME # not a comment\nsecond line <%= x %>`,
    WORKERS: '4',
    VERBOSE: 'false',
  });
});

test('docker.args are read as the shell of the server would: -e becomes a variable, the others are judged one by one', () => {
  expect(parse(converted('registry').env)).toMatchObject({ GREETING: 'pl4nted hello' });
  const { env } = convert(
    { app: { docker: { args: ['-eA=1', '-e', 'B="x y"'] }, env: { A: '2', C: '3' } } },
    'production',
  );
  expect(parse(env)).toEqual({ A: '1', B: 'x y', C: '3' });
});

test('a database that only the old server reaches is carried, and pointed out', () => {
  expect(rowOf('legacy', 'meteor.env.MONGO_URL')?.why).toContain('no machine of the fleet reaches localhost');
  expect(rowOf('registry', 'app.env.MONGO_URL')?.why).toContain('reaches 192.0.2.60');
  expect(rowOf('swarm', 'app.env.MONGO_URL')?.why).toContain('10.0.0.40 must be reachable from the VPC');
  expect(converted('mongo').env).toContain('# MONGO_URL=mongodb+srv://user:password@cluster.example.net/blog\n');
});

test('PORT is the port that visitors see, not the one that the app listens on', () => {
  const port = (PORT: number, ROOT_URL: string, more = {}) => {
    const { rows, blocks } = convert({ app: { env: { ROOT_URL, PORT } }, ...more }, 'production');
    return [rows.find(({ key }) => key === 'app.env.PORT')?.outcome, blocks['balancer']];
  };
  expect(port(80, 'https://a.example.com')).toEqual(['mapped', undefined]);
  expect(port(8080, 'http://a.example.com:8080')).toEqual(['mapped', { httpPort: 8080 }]);
  expect(port(8443, 'https://a.example.com:8443')).toEqual(['mapped', { httpsPort: 8443 }]);
  expect(port(3000, 'https://a.example.com')).toEqual(['needs you', undefined]);
  expect(port(3000, 'https://a.example.com', { proxy: {} })).toEqual(['dropped', undefined]);
});

test('variables that mup.js looked for in vain are named', () => {
  expect(rowOf('async', 'process.env')?.why).toBe('not set when mup.js was evaluated: LATE_MONGO_URL, LATE_TOKEN');
  expect(rowOf('async', 'app.env.TOKEN')?.why).toMatch('it was undefined');
});

test('a value that no .env file holds goes into the JSON file beside it', () => {
  expect(rowOf('invalid', 'app.env.TRICKY')?.why).toMatch('no .env file can hold it');
  expect(JSON.parse(converted('invalid').files['env.json'] ?? '')).toEqual({ TRICKY: '\'"`#' });
  expect(converted('invalid').env).not.toContain('TRICKY');
});

test.each([
  [{ setupMongo: true, app: '../' }, 'this is a configuration of mup 0.x'],
  [{ servers: [{ host: 'a' }] }, 'this is a configuration of mup 0.x'],
  ['text', 'mup.js exports no object'],
])('%j is refused', (config, message) => {
  expect(() => convert(config, 'production')).toThrow(message);
});

test('an app of another type needs you key by key; nothing of it is called misspelt', () => {
  const config = {
    app: { type: 'aws-beanstalk', name: 'shop', minInstances: 2, env: { ROOT_URL: 'https://a.example.com' } },
  };
  const { rows } = convert(config, 'production');
  expect(rows.filter(({ outcome }) => outcome === 'needs you').map(({ key }) => key)).toEqual([
    'app.type',
    'app.minInstances',
  ]);
  expect(rows.every(({ isKnown }) => isKnown)).toBe(true);
});

test.each([
  ['My App', 'my-app'],
  ['Web_Shop.v2', 'web-shop-v2'],
  ['2048', ''],
  ['Übungen', 'ubungen'],
  ['analytics-of-the-big-company', 'analytics-of-the-big'],
])('an app called %s is %j in AWS', (name, safe) => expect(safeName(name)).toBe(safe));

test.each([
  ['/a/.deploy/mup.js', 'production'],
  ['/a/.deploy/mup.staging.js', 'staging'],
  ['/a/staging/mup.js', 'staging'],
  ['C:\\app\\.deploy-test\\mup.js', 'test'],
])('%s is for %s', (file, environment) => expect(environmentOf(file)).toBe(environment));
