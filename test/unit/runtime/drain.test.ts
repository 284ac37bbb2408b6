import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startApp } from './echo-app.ts';
import { healthy, until, type RunningApp } from './harness.ts';

async function openSocket(app: RunningApp): Promise<WebSocket> {
  const socket = new WebSocket(app.url);
  await once(socket, 'open');
  return socket;
}

test('clients are moved evenly over the window, with a good-bye', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '1.2' } });
  await healthy(app);
  const sockets = await Promise.all(Array.from({ length: 60 }, () => openSocket(app)));
  const closed = sockets.map(async (socket) => {
    const [code] = await once(socket, 'close');
    return { code: code as number, at: Date.now() };
  });

  const startedAt = Date.now();
  app.process.kill('SIGUSR2');
  const all = await Promise.all(closed);

  expect(new Set(all.map(({ code }) => code))).toEqual(new Set([1001]));
  for (const slice of [0, 1, 2, 3]) {
    const inSlice = all.filter(({ at }) => Math.min(3, Math.floor((at - startedAt) / 300)) === slice);
    expect(inSlice.length).toBeGreaterThan(7);
  }
});

/** Answer of a browser to a close frame: the same status, masked with zeros. */
const CLOSE_REPLY = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);

test('the good-bye is the last thing on the line, though the WebSocket library of the app sends its own', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '0' } });
  await healthy(app);
  const line = connect(app.port, '127.0.0.1');
  line.write('GET / HTTP/1.1\r\nHost: sample\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
  line.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  expect(String((await once(line, 'data'))[0])).toContain('101 Switching Protocols');
  const received: Buffer[] = [];
  line.on('data', (chunk: Buffer) => {
    received.push(chunk);
    line.write(CLOSE_REPLY);
  });
  app.process.kill('SIGUSR2');
  await once(line, 'close');
  expect(Buffer.concat(received).toString('hex')).toBe('880203e9');
});

test('while it drains, health is 503, requests and new clients are served, connections are not kept', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '30' } });
  await healthy(app);
  const slow = fetch(`${app.url}/slow`);
  app.process.kill('SIGUSR2');
  await until('503', async () => ((await app.health()).status === 503 ? true : undefined));

  expect((await app.health()).body).toEqual({ release: 'v7', status: 'draining' });
  const page = await fetch(app.url);
  expect([page.status, page.headers.get('connection')]).toEqual([200, 'close']);
  expect(await (await slow).text()).toBe('finished');
  const late = await openSocket(app);
  late.send('still there?');
  expect(String((await once(late, 'message'))[0])).toBe('still there?');
  late.terminate();
});

test('who comes while others are moved is moved as well, in what is left of the window', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '2' } });
  await healthy(app);
  app.process.kill('SIGUSR2');
  await until('503', async () => ((await app.health()).status === 503 ? true : undefined));
  const startedAt = Date.now();
  const late = await Promise.all(Array.from({ length: 10 }, () => openSocket(app)));
  const closedAt = await Promise.all(late.map(async (socket) => once(socket, 'close').then(() => Date.now())));
  expect(Math.max(...closedAt) - startedAt).toBeLessThan(4500);
  expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(200);
});

test('SIGCONT calls it off: health is 200 again and who was not moved yet stays', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '1' } });
  await healthy(app);
  app.process.kill('SIGCONT'); // of no consequence while it serves
  expect((await app.health()).status).toBe(200);
  app.process.kill('SIGUSR2');
  await until('503', async () => ((await app.health()).status === 503 ? true : undefined));
  app.process.kill('SIGCONT');
  await healthy(app);
  const socket = await openSocket(app);
  const page = await fetch(app.url);
  expect([page.status, page.headers.get('connection')]).toEqual([200, 'keep-alive']);
  await until('more than the window', () => (app.output().includes('back in service') ? true : undefined));
  expect(await Promise.race([once(socket, 'close').then(() => 'moved'), later(1500)])).toBe('still there');
  app.process.kill('SIGUSR2');
  await once(socket, 'close');
});

const later = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, 'still there');
  });

test('an event stream is moved too, and what the app writes into it meanwhile does no harm', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '0.1' } });
  await healthy(app);
  const events = await fetch(`${app.url}/events`);
  app.process.kill('SIGUSR2');
  expect(await events.text()).toContain('data: first');
  expect((await app.health()).status).toBe(503);
});

test('SIGTERM lets a request finish, says good-bye to clients, and exits 0', async () => {
  await using app = await startApp({ env: { REDEPLOY_DRAIN_SECONDS: '0.3' } });
  await healthy(app);
  const socket = await openSocket(app);
  const good = once(socket, 'close');
  const slow = fetch(`${app.url}/slow`);
  await until('the request', async () => ((await app.health()).status === 200 ? true : undefined));
  app.process.kill('SIGTERM');
  expect(await (await slow).text()).toBe('finished');
  expect((await good)[0]).toBe(1001);
  expect(await app.exit).toEqual({ code: 0, signal: null });
});

test('SIGTERM with nothing open ends at once', async () => {
  await using app = await startApp();
  await healthy(app);
  const startedAt = Date.now();
  app.process.kill('SIGTERM');
  expect((await app.exit).code).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(1000);
});

test('a request without end holds the stop no longer than the limit', async () => {
  await using app = await startApp({ env: { REDEPLOY_STOP_SECONDS: '0.3' } });
  await healthy(app);
  const endless = fetch(`${app.url}/endless`).catch(() => 'cut');
  await fetch(app.url);
  app.process.kill('SIGTERM');
  expect(await app.exit).toEqual({ code: 0, signal: null });
  expect(await endless).toBe('cut');
  expect(app.output()).toContain('stopped with 1 connections still open');
});

test('a second SIGTERM ends it at once', async () => {
  await using app = await startApp({ env: { REDEPLOY_STOP_SECONDS: '20' } });
  await healthy(app);
  const endless = fetch(`${app.url}/endless`).catch(() => 'cut');
  await fetch(app.url);
  app.process.kill('SIGTERM');
  await until('the stop', () => app.output().includes('stopping') || undefined);
  app.process.kill('SIGTERM');
  expect((await app.exit).code).toBe(143);
  expect(await endless).toBe('cut');
});

test('an app with a SIGTERM handler of its own may finish its work and choose its code', async () => {
  const main = `
    require('http').createServer().listen(process.env.PORT, '127.0.0.1');
    process.on('SIGTERM', () => setTimeout(() => process.exit(5), 150));`;
  await using app = await startApp({}, main);
  await healthy(app);
  app.process.kill('SIGTERM');
  expect((await app.exit).code).toBe(5);
});
