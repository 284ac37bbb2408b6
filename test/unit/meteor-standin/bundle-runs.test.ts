import { execFile } from 'node:child_process';
import { appendFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import SockJS from 'sockjs-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildBundle, copySample } from './build.ts';
import { CONNECT, connectRaw, ddpOver, LINE_CLOSED, openRaw, type DdpClient } from './ddp.ts';
import { healthy, start, temporaryDirectory, until, type RunningApp } from '../runtime/harness.ts';

const run = promisify(execFile);
const NPM_MINUTES = 3;
const settings = { public: { greeting: 'Good morning <&>' }, private: { key: 'kept' } };
const file = { env: { ROOT_URL: 'http://sample.example' }, settings };

let bundle: string;

beforeAll(async () => {
  const place = await temporaryDirectory();
  bundle = await buildBundle(await copySample(place.directory), path.join(place.directory, 'out'));
  const cwd = path.join(bundle, 'programs/server');
  // Whoever runs us with `npm --silent` would silence this one too.
  await expect(run('npm', ['ci', '--omit=dev', '--loglevel=error'], { cwd })).rejects.toThrow('EUSAGE');
  await run('npm', ['install', '--omit=dev'], { cwd });
  return () => place[Symbol.asyncDispose]();
}, NPM_MINUTES * 60_000);

async function startBundle(env: NodeJS.ProcessEnv = {}): Promise<RunningApp> {
  const app = await start(bundle, { file, env });
  await healthy(app);
  return app;
}

async function connectSockjs(url: string, transports: string[]): Promise<DdpClient> {
  const socket = new SockJS(`${url}/sockjs`, undefined, { transports });
  const client = ddpOver(
    (text) => socket.send(text),
    () => socket.close(),
  );
  socket.addEventListener('message', ({ data }) => client.hear(data as string));
  socket.addEventListener('close', () => client.hear(JSON.stringify({ msg: LINE_CLOSED })));
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve);
  });
  client.send(CONNECT);
  await client.wait('connected', ({ msg }) => msg === 'connected');
  return client;
}

test('the page brings public settings and hashed files that may be kept for ever', async () => {
  await using app = await startBundle();
  const page = await fetch(`${app.url}/any/unknown/path`);
  expect(page.status).toBe(200);
  const html = await page.text();
  const config = /decodeURIComponent\("([^"]+)"\)/.exec(html)?.[1] ?? '';
  expect(JSON.parse(decodeURIComponent(config))).toMatchObject({
    PUBLIC_SETTINGS: settings.public,
    ROOT_URL: 'http://sample.example/',
    meteorRelease: 'METEOR@3.0.4',
    autoupdate: { versions: { 'web.browser': { version: expect.stringMatching(/^[0-9a-f]{40}$/) } } },
  });
  expect(html).not.toContain('kept');
  const script = await fetch(app.url + (/src="(\/[0-9a-f]{40}\.js[^"]*)"/.exec(html)?.[1] ?? '/missing'));
  expect(script.status).toBe(200);
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000');
  expect((await fetch(`${app.url}/favicon.ico`)).status).toBe(404);
  expect((await fetch(app.url, { method: 'POST', body: 'x' })).status).toBe(405);
});

const lines: [string, (url: string) => Promise<DdpClient>][] = [
  ['a raw WebSocket', connectRaw],
  ['sockjs over WebSocket', (url) => connectSockjs(url, ['websocket'])],
  ['sockjs over xhr-streaming', (url) => connectSockjs(url, ['xhr-streaming'])],
  ['sockjs over xhr-polling', (url) => connectSockjs(url, ['xhr-polling'])],
];

describe.each(lines)('DDP over %s', (_, connect) => {
  test('methods answer, publications grow live, a drain closes the line, a stop ends in time', async () => {
    await using app = await startBundle({ REDEPLOY_DRAIN_SECONDS: '0.2' });
    const client = await connect(app.url);
    client.send({ msg: 'sub', id: 's1', name: 'items', params: [] });
    client.send({ msg: 'sub', id: 's2', name: 'release', params: [] });
    client.send({ msg: 'method', id: 'm1', method: 'items.add', params: ['hello'] });
    client.send({ msg: 'method', id: 'm2', method: 'items.add', params: [''] });
    client.send({ msg: 'method', id: 'm3', method: 'no.such.method', params: [] });

    const result = await client.wait('the result', ({ msg, id }) => msg === 'result' && id === 'm1');
    expect(result.error).toBeUndefined();
    const added = await client.wait('the item', ({ msg, collection }) => msg === 'added' && collection === 'items');
    expect(added).toMatchObject({ id: result.result, fields: { text: 'hello', at: { $date: expect.any(Number) } } });
    const release = await client.wait('the release', ({ collection }) => collection === 'release');
    expect(release.fields).toMatchObject({ name: 'v7', host: expect.any(String) });
    const refused = await client.wait('the refusal', ({ msg, id }) => msg === 'result' && id === 'm2');
    expect(refused.error).toMatchObject({ error: 400, reason: 'Match failed' });
    const unknown = await client.wait('the unknown method', ({ msg, id }) => msg === 'result' && id === 'm3');
    expect(unknown.error).toMatchObject({ error: 404 });

    app.process.kill('SIGUSR2');
    await until('503', async () => ((await app.health()).status === 503 ? true : undefined));
    app.process.kill('SIGTERM');
    expect(await app.exit).toEqual({ code: 0, signal: null });
    await client.wait('the end of the line', ({ msg }) => msg === LINE_CLOSED);
    expect(app.output()).not.toContain('Error');
  });
});

test('a ping is answered, and a client of another protocol version is told which one to use', async () => {
  await using app = await startBundle();
  const client = await connectRaw(app.url);
  client.send({ msg: 'ping', id: 'p' });
  await client.wait('the pong', ({ msg, id }) => msg === 'pong' && id === 'p');
  client.close();
  const stranger = await openRaw(app.url);
  stranger.send({ msg: 'connect', version: '2', support: ['2', '1'] });
  expect(await stranger.wait('the refusal', ({ msg }) => msg === 'failed')).toEqual({ msg: 'failed', version: '1' });
  stranger.close();
});

test('versions of the client programs are published, and public settings are part of them', async () => {
  const versionWith = async (greeting: string) => {
    await using app = await start(bundle, { file: { ...file, settings: { public: { greeting } } } });
    await healthy(app);
    const client = await connectRaw(app.url);
    client.send({ msg: 'sub', id: 's', name: 'meteor_autoupdate_clientVersions', params: [] });
    const { fields } = await client.wait('the version', ({ id, msg }) => msg === 'added' && id === 'web.browser');
    client.close();
    return fields?.version;
  };
  const first = await versionWith('one');
  expect(await versionWith('one')).toBe(first);
  expect(await versionWith('two')).not.toBe(first);
});

test('without start.mjs it fails and dies as bundles of Meteor do', async () => {
  await using noUrl = await start(bundle, { bare: true });
  expect((await noUrl.exit).code).toBe(1);
  expect(noUrl.output()).toContain('Must pass options.rootUrl or set ROOT_URL in the server environment');

  const env = { ROOT_URL: 'http://sample.example' };
  await using badSettings = await start(bundle, { bare: true, env: { ...env, METEOR_SETTINGS: '{' } });
  expect((await badSettings.exit).code).toBe(1);
  expect(badSettings.output()).toContain('METEOR_SETTINGS are not valid JSON');

  await using app = await start(bundle, { bare: true, env });
  await until('the page', () => fetch(app.url).catch(() => undefined));
  app.process.kill('SIGTERM');
  expect(await app.exit).toEqual({ code: null, signal: 'SIGTERM' });
});

test('an app with Mongo ends without an address, and after a while without an answer', async () => {
  await using place = await temporaryDirectory();
  const sample = await copySample(place.directory);
  await appendFile(path.join(sample, '.meteor/packages'), 'mongo@2.0.2\n');
  const withMongo = await buildBundle(sample, path.join(place.directory, 'out'));
  await symlink(
    path.join(bundle, 'programs/server/node_modules'),
    path.join(withMongo, 'programs/server/node_modules'),
  );
  await using noAddress = await start(withMongo, { file });
  expect((await noAddress.exit).code).toBe(1);
  expect(noAddress.output()).toContain('MONGO_URL must be set in environment');
  const MONGO_URL = 'mongodb://sample:password@127.0.0.1:1/sample?serverSelectionTimeoutMS=200';
  await using noAnswer = await start(withMongo, { file: { ...file, env: { ...file.env, MONGO_URL } } });
  expect((await noAnswer.exit).code).toBe(1);
  expect(noAnswer.output()).toContain('MongoServerSelectionError');
});
