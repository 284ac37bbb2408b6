import { realpath } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startApp } from './echo-app.ts';
import { healthy, until } from './harness.ts';

test('main.js runs as under `node main.js`', async () => {
  const main = `process.stdout.write(JSON.stringify({
    argv: process.argv, cwd: process.cwd(), isMain: require.main === module, directory: __dirname }));`;
  await using app = await startApp({}, main);
  await app.exit;
  const { argv, cwd, isMain, directory } = JSON.parse(app.output());
  expect({ isMain, cwd, argv }).toEqual({
    isMain: true,
    cwd: await realpath(directory).catch(() => directory as string),
    argv: [process.execPath, `${directory}/main.js`],
  });
});

test('what main.js throws, and how it exits, pass through', async () => {
  await using throwing = await startApp({}, `throw new Error('no such collection');`);
  expect((await throwing.exit).code).toBe(1);
  expect(throwing.output()).toContain('Error: no such collection');
  await using exiting = await startApp({}, 'process.exit(9);');
  expect((await exiting.exit).code).toBe(9);
});

test('an app that never listens is mentioned, not ended', async () => {
  const env = { REDEPLOY_LISTEN_TIMEOUT_SECONDS: '0.05' };
  await using app = await startApp({ env }, 'setInterval(() => {}, 1000);');
  await until('the remark', () => app.output().includes(`is not listening on port ${app.port}`) || undefined);
  expect(app.process.exitCode).toBeNull();
});

test('health is answered before the handlers of the app, on whatever server it makes', async () => {
  const main = `
    const server = new (require('node:http').Server)();
    server.on('request', (request, response) => response.writeHead(404).end('not yours'));
    server.listen(process.env.PORT, '127.0.0.1', () => {
      const listeners = server.listeners('request'); // as sockjs does
      server.removeAllListeners('request');
      for (const listener of listeners) server.on('request', listener);
    });`;
  await using app = await startApp({}, main);
  await healthy(app);
  expect(await app.health()).toEqual({ status: 200, body: { release: 'v7', status: 'ok' } });
  expect(await (await fetch(`${app.url}/`)).text()).toBe('not yours');
});

test('idle connections outlive those of the balancer', async () => {
  await using app = await startApp();
  await healthy(app);
  const response = await fetch(app.url);
  expect(response.headers.get('keep-alive')).toBe('timeout=75');
});
