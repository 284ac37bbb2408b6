import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentOf, readPayload, versionOf } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/target.ts';

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
  return readPayload(await readTarget(directory));
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
    /PORT is set by the machine.*instance\.port.*METEOR_SETTINGS is set by the machine/,
  );
  const large = await refusal(JSON.stringify({ a: password + 'x'.repeat(66_000) }), '');
  expect(large).toMatch(/production are 66\d{3} bytes together; Secrets Manager takes 65536/);
});

test('bytes count as they are stored: an umlaut takes six', async () => {
  await read(JSON.stringify({ a: 'x'.repeat(65_000) }), '');
  expect(await refusal(JSON.stringify({ a: 'ü'.repeat(11_000) }), '')).toContain('bytes together');
});
