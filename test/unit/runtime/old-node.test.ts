import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { oldNode } from '../../support/old-node.ts';
import { startApp } from './echo-app.ts';
import { healthy } from './harness.ts';

// The app's own Node runs start.mjs: 12 with Meteor 1.11 to 2.2, 14 with Meteor 2.3 to 2.16.

test.each(['12.22.12', '14.21.3'])(
  'Node %s gets its settings, answers health, moves its clients and stops in order',
  { timeout: 120_000 },
  async (version) => {
    const settings = { version, quotes: `'"\`` };
    const main = `
      const http = require('http');
      const { WebSocketServer } = require(require.resolve('ws', { paths: [${JSON.stringify(import.meta.dirname)}] }));
      const server = http.createServer((request, response) =>
        response.end(JSON.stringify({ node: process.versions.node, settings: process.env.METEOR_SETTINGS })));
      new WebSocketServer({ server });
      server.listen(process.env.PORT, '127.0.0.1');`;
    const env = { REDEPLOY_DRAIN_SECONDS: '0.2' };
    // NODE_OPTIONS is what a second process has to be started for.
    const file = { env: { NODE_OPTIONS: '--max-old-space-size=200' }, settings };
    await using app = await startApp({ node: await oldNode(version), env, file }, main);
    await healthy(app);
    const answer = (await (await fetch(app.url)).json()) as { node: string; settings: string };
    expect({ ...answer, settings: JSON.parse(answer.settings) as object }).toMatchObject({ node: version, settings });
    const socket = new WebSocket(app.url);
    await once(socket, 'open');
    app.process.kill('SIGUSR2');
    expect((await once(socket, 'close'))[0]).toBe(1001);
    expect((await app.health()).status).toBe(503);
    app.process.kill('SIGTERM');
    expect(await app.exit).toEqual({ code: 0, signal: null });
  },
);
