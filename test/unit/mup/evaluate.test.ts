import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRecord, shown } from '../../../pipeline/core/mup/raw.ts';
import { evaluateMup } from '../../../pipeline/edge/mup.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(path.join(tmpdir(), 'mup js-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

let files = 0;
async function evaluate(text: string, { name = 'mup.js', timeoutMs = 20_000, env = {} } = {}) {
  const file = path.join(directory, `${(files += 1)}${name}`);
  await writeFile(file, text);
  return await evaluateMup(file, { env, signal: new AbortController().signal, timeoutMs });
}

test('what is no data is named, and nothing of it is lost on the way', async () => {
  const { config } = await evaluate(`
    const own = { text: 'a', number: 1.5, yes: true, nothing: null, list: [1, undefined], ['__proto__']: 2,
      not: undefined, call() {}, date: new Date(), infinite: Infinity, big: 1n, get thrown() { throw new Error('no') } };
    own.itself = own;
    module.exports = own;`);
  const seen = isRecord(config) ? Object.entries(config).map(([key, value]) => `${key}=${shown(value)}`) : [];
  expect(seen.join(' ')).toBe(
    'text=a number=1.5 yes=true nothing=null list=2 elements __proto__=2 not=undefined call=function date=Date infinite=Infinity big=bigint thrown=undefined itself=circular',
  );
});

test.each([
  ['an async function', `module.exports = async () => ({ app: { name: 'x' } })`, 'mup.js'],
  ['an ES module', `export default { app: { name: 'x' } }`, 'mup.mjs'],
  ['JSON', `{ "app": { "name": "x" } }`, 'mup.json'],
  [
    'process.env and require',
    `module.exports = { app: { name: require('path').basename(process.env.NAME) } }`,
    'mup.js',
  ],
])('%s is evaluated', async (_, text, name) => {
  expect((await evaluate(text, { name, env: { NAME: '/a/x' } })).config).toEqual({ app: { name: 'x' } });
});

test('it has no network and starts no program, and says who wanted to', async () => {
  let visits = 0;
  const server = createServer(() => (visits += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ways = [
    `fetch('http://127.0.0.1:${port}')`,
    `new Promise((_, no) => require('http').get('http://127.0.0.1:${port}').on('error', no))`,
    `new Promise((_, no) => require('net').connect(${port}, '127.0.0.1').on('error', no))`,
    `require('dns').promises.lookup('example.com')`,
    `new Promise(() => require('dgram').createSocket('udp4').send('x', ${port}, '127.0.0.1'))`,
  ];
  for (const way of ways) {
    await expect(evaluate(`module.exports = async () => ({ value: await ${way} })`)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('it wants to connect to the network') as string,
      hint: expect.stringContaining('by hand') as string,
    });
  }
  await expect(evaluate(`require('child_process').execSync('git rev-parse HEAD')`)).rejects.toThrow(
    'it wants to start another program (git)',
  );
  server.close();
  expect(visits).toBe(0);
});

test.each([
  ['for ever', `for (;;);`, /was not done after 1.5 s/],
  ['never', `module.exports = () => new Promise(() => setInterval(() => {}, 1000))`, /was not done after 1.5 s/],
  ['exits', `process.exit(0)`, /ended the process that evaluated it/],
  ['awaits nothing', `module.exports = () => new Promise(() => {})`, /ended the process that evaluated it/],
  ['is no JavaScript', `module.exports = {\n  a: 1 b`, /mup\.js:2: Unexpected identifier/],
  ['throws', `\n\nthrow new Error('no account')`, /mup\.js:3: no account/],
  ['misses a module', `require('dotenv-of-nobody')`, /Cannot find module 'dotenv-of-nobody'/],
])('a mup.js that %s is refused', async (_, text, message) => {
  await expect(evaluate(text, { timeoutMs: 1500 })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message) as string,
  });
});
