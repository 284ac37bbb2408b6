import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentOf, readWrittenPayload, versionOf } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';

const password = 'hunter2-never-printed';
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'payload-'));
  await writeFile(
    path.join(directory, 'redeploy.json'),
    JSON.stringify({
      app: 'shop',
      region: 'eu-central-1',
      environments: { production: { settings: 'settings.json', env: 'settings.env' } },
    }),
  );
});
afterEach(() => rm(directory, { recursive: true }));

async function read(settings: string, env: string) {
  await writeFile(path.join(directory, 'settings.json'), settings);
  await writeFile(path.join(directory, 'settings.env'), env);
  return (await readWrittenPayload(await readTarget(directory))).written;
}

const refusal = async (settings: string, env: string) => {
  const error: unknown = await read(settings, env).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'settings' });
  expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain(password);
  return (error as Error).message;
};

test('settings and env arrive with every character, and as plain ASCII', async () => {
  const settings = { public: { name: 'Grüße 😀\u2028"\\' }, private: { password } };
  const env = `# mongo\nMONGO_URL='mongodb://u:p@host/db?a=1&b=#2'\nMULTI="one\ntwo"\nEMPTY=\n`;
  const text = documentOf(await read(JSON.stringify(settings), env), 'http://lb').reveal();
  expect(text).toMatch(/^[ -~]*$/);
  expect(JSON.parse(text)).toEqual({
    env: { ROOT_URL: 'http://lb', MONGO_URL: 'mongodb://u:p@host/db?a=1&b=#2', MULTI: 'one\ntwo', EMPTY: '' },
    settings,
  });
});

test("the user's ROOT_URL wins over the balancer's", async () => {
  const payload = await read('{}', 'ROOT_URL=https://www.example.com');
  expect(JSON.parse(documentOf(payload, 'http://lb').reveal())).toEqual({
    env: { ROOT_URL: 'https://www.example.com' },
    settings: {},
  });
});

test('same content, same version; another secret or another value, another version', async () => {
  const one = documentOf(await read('{"a":1}', 'A=1'), 'http://lb');
  const same = documentOf(await read('{"a":1}', 'A=1\n\n# comment'), 'http://lb');
  const other = documentOf(await read('{"a":2}', 'A=1'), 'http://lb');
  expect(versionOf(same, 'arn:x')).toBe(versionOf(one, 'arn:x'));
  expect(new Set([versionOf(one, 'arn:x'), versionOf(one, 'arn:y'), versionOf(other, 'arn:x')]).size).toBe(3);
  // ClientRequestToken, which becomes the version id: 32 to 64 characters.
  expect(versionOf(one, 'arn:x')).toMatch(/^[0-9a-f]{64}$/);
});

test('mistakes name file and place, never a value', async () => {
  expect(await refusal(`{"password": "${password}",}`, '')).toMatch(/settings\.json is not valid JSON/);
  expect(await refusal(`["${password}"]`, '')).toContain('holds no JSON object');
  expect(await refusal('null', '')).toContain('holds no JSON object');
  expect(await refusal('{}', `PORT=${password}\nMETEOR_SETTINGS=${password}`)).toMatch(
    /PORT is set by the machine.*instance\.port[^]*METEOR_SETTINGS is set by the machine/,
  );
  const large = await refusal(JSON.stringify({ a: password + 'x'.repeat(66_000) }), '');
  expect(large).toMatch(
    /they are 66\d{3} bytes together.* Secrets Manager takes 65536; the largest: Meteor's settings 66029/,
  );
});

test('bytes count as they are stored: an umlaut takes six', async () => {
  await read(JSON.stringify({ a: 'x'.repeat(65_000) }), '');
  expect(await refusal(JSON.stringify({ a: 'ü'.repeat(11_000) }), '')).toContain('bytes together');
});

describe('what would arrive otherwise than written', () => {
  test('is told together, file by file, and no value with it', async () => {
    await writeFile(
      path.join(directory, 'settings.env.json'),
      `{"A": "${password}", "B": 7, "C D": "x", "N": "\\u0000"}`,
    );
    const said = await refusal(`{"a": 1, "a": 2, "id": 12345678901234567890}`, `A=x\nQ="${password}\n${password}`);
    expect(said.split('\n')).toEqual([
      '8 mistakes in settings and env of production',
      '  settings.json line 1: a is there twice; keep one of them',
      '  settings.json line 1: id is a number that JavaScript cannot hold exactly; write it between quotes',
      '  settings.env line 2: Q has no closing "',
      '  settings.env line 3: it is no NAME=value; a value of several lines needs quotes around all of it',
      '  settings.env.json: B is no text; write it between quotes',
      '  settings.env.json: "C D" is no name for a variable; use letters, digits and _',
      '  settings.env.json: N has a NUL character, which no variable can carry',
      '  settings.env.json: A is in settings.env, too; keep one of them',
    ]);
  });

  test('is a file that is no UTF-8', async () => {
    await writeFile(path.join(directory, 'settings.json'), '{}');
    await writeFile(path.join(directory, 'settings.env'), Buffer.from('A=1\nB=caf\xe9\n', 'latin1'));
    const target = await readTarget(directory);
    await expect(readWrittenPayload(target)).rejects.toThrow(/settings\.env line 2: it is no UTF-8/);
  });
});

test('what dotenv cannot write stands in the JSON file beside it', async () => {
  const odd = `'"\`# \${X}\r\n \u2028 tail\\`;
  await writeFile(path.join(directory, 'settings.env.json'), JSON.stringify({ ODD: odd }));
  const { env } = await read('{}', 'PLAIN=1');
  expect(env.reveal()).toEqual({ PLAIN: '1', ODD: odd });
});

test('a JSON file may be the only one', async () => {
  await writeFile(path.join(directory, 'env.json'), '{"A": "1"}');
  await writeFile(
    path.join(directory, 'redeploy.json'),
    JSON.stringify({ app: 'shop', region: 'eu-central-1', environments: { production: { env: 'env.json' } } }),
  );
  const { written } = await readWrittenPayload(await readTarget(directory));
  expect(written.env.reveal()).toEqual({ A: '1' });
});

test('half a surrogate pair and a NUL in settings arrive: JSON can write them', async () => {
  const { settings } = await read('{"half": "\\ud83d", "nul": "\\u0000"}', '');
  expect(settings?.reveal()).toEqual({ half: '\ud83d', nul: '\0' });
});

describe('variables that cannot work on the machines', () => {
  test.each([
    ['ROOT_URL=www.example.com', /ROOT_URL "www\.example\.com" is no address; it looks like https:/],
    ['ROOT_URL=https://', /ROOT_URL "https:\/\/" is no address/],
    [
      'HTTP_FORWARDED_COUNT=0',
      /HTTP_FORWARDED_COUNT is "0"; behind the load balancer it is 1 .* with a CDN before it 2/,
    ],
    ['MONGO_URL=mongodb://localhost:27017/app', /MONGO_URL names localhost: .*name one that they reach/],
    [`MONGO_URL=mongodb://u:${password}@db1.example.com,127.0.0.1/app`, /MONGO_URL names 127\.0\.0\.1/],
    ['MONGO_OPLOG_URL=mongodb://mongodb/local', /MONGO_OPLOG_URL names mongodb/],
    [`MONGO_URL=postgres://u:${password}@x/y`, /MONGO_URL is no mongodb:\/\/ or mongodb\+srv:\/\/ address/],
    ['REDEPLOY_RELEASE=v1', /REDEPLOY_RELEASE is set by the machine; remove it/],
    ['BIND_IP=127.0.0.1', /BIND_IP is set by the machine/],
    ['UNIX_SOCKET_PATH=/run/app.sock', /UNIX_SOCKET_PATH makes Meteor listen on a file and on no port.*; remove it/],
  ])('%s', async (env, said) => {
    expect(await refusal('{}', env)).toMatch(said);
  });

  test.each([
    'MONGO_URL=mongodb+srv://u:p@cluster.example.net/app',
    'HTTP_FORWARDED_COUNT=2',
    'MONGO_URL=mongodb://[2001:db8::1]/a',
  ])('not so %s', async (env) => {
    await read('{}', env);
  });
});
