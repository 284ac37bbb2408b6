import { DeregisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Agent } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { app, eventually, startSite } from './site.ts';
import type { Answered } from './site.ts';

type Site = Awaited<ReturnType<typeof startSite>>;

const deregister = (site: Site, port: number) =>
  site.elbv2.send(
    new DeregisterTargetsCommand({
      TargetGroupArn: site.targetGroupArn,
      Targets: [{ Id: '127.0.0.1', Port: port }],
    }),
  );

const cookie = (answer: Answered): string =>
  (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');

/** A target that answers every WebSocket message with its name. */
async function addSocketTarget(site: Site, name: string) {
  const { server, port } = await site.addTarget(app(name));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('message', (text) => socket.send(`${name}: ${(text as Buffer).toString()}`));
  });
  return { server, port };
}

/** A connected client; `say` resolves with the answer. */
async function openSocket(site: Site, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://${site.host}:8080/websocket`, { headers });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => resolve(code));
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const say = (text: string) =>
    new Promise<string>((resolve) => {
      socket.once('message', (answer) => resolve((answer as Buffer).toString()));
      socket.send(text);
    });
  return { socket, closed, say };
}

describe('a target that is taken out', () => {
  test('loses no request under load on kept-alive connections, and its slow answer arrives', async () => {
    // Three minutes here: a busy computer takes a while for the requests below.
    await using site = await startSite({ speed: 20, attributes: { 'deregistration_delay.timeout_seconds': '3600' } });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await site.addTarget((request, response) => {
      if (request.url === '/slow') void held.then(() => response.end('late but complete'));
      else response.end('old');
    });
    const slowAnswer = site.ask('/slow');
    await site.addTarget(app('new'));
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const seen: Answered[] = [];
    const stop = new AbortController();
    const worker = async () => {
      while (!stop.signal.aborted) seen.push(await site.ask('/', { agent }));
    };
    const workers = Array.from({ length: 8 }, worker);
    await eventually('traffic on both', () => new Set(seen.map(({ body }) => body)).size === 2 || undefined);
    await deregister(site, slow.port);
    const after = seen.length;
    const draining = (await site.health()).find(({ Target }) => Target?.Port === slow.port);
    expect(draining?.TargetHealth).toMatchObject({
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    });
    await eventually('more traffic', () => seen.length > after + 200 || undefined);
    stop.abort();
    await Promise.all(workers);
    agent.destroy();
    expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
    // Answers that were under way when it was taken out may still come.
    expect(new Set(seen.slice(after + 8).map(({ body }) => body))).toEqual(new Set(['new']));
    release();
    expect(await slowAnswer).toMatchObject({ status: 200, body: 'late but complete' });
  });

  test('keeps its WebSocket until the delay is over, then the socket is cut and the target gone', async () => {
    await using site = await startSite({ speed: 20, attributes: { 'deregistration_delay.timeout_seconds': '20' } });
    const old = await addSocketTarget(site, 'old');
    const client = await openSocket(site);
    expect(await client.say('hello')).toBe('old: hello');
    await deregister(site, old.port);
    await addSocketTarget(site, 'new');
    const other = await openSocket(site);
    expect(await other.say('hello')).toBe('new: hello');
    expect(await client.say('still there?')).toBe('old: still there?');
    expect(await client.closed).toBe(1006);
    await eventually(
      'the target is forgotten',
      async () => (await site.health()).every(({ Target }) => Target?.Port !== old.port) || undefined,
    );
    expect(await other.say('and you?')).toBe('new: and you?');
    other.socket.close();
  });
});

describe('stickiness', () => {
  const attributes = { 'stickiness.enabled': 'true', 'stickiness.lb_cookie.duration_seconds': '60' };

  test('keeps a client on its target, sockets too, until the target is taken out', async () => {
    await using site = await startSite({ attributes });
    const a = await addSocketTarget(site, 'a');
    await addSocketTarget(site, 'b');
    let first = await site.ask('/');
    if (first.body !== 'a') first = await site.ask('/');
    expect(first.headers['set-cookie']?.join('\n')).toMatch(
      /^AWSALB=\S+; Expires=.+; Path=\/\nAWSALBCORS=.+SameSite=None$/,
    );
    const headers = { cookie: `theme=dark; ${cookie(first)}` };
    for (let n = 0; n < 4; n += 1) expect((await site.ask('/', { headers })).body).toBe('a');
    const client = await openSocket(site, headers);
    expect(await client.say('hi')).toBe('a: hi');
    client.socket.close();
    await deregister(site, a.port);
    const moved = await site.ask('/', { headers });
    expect(moved.body).toBe('b');
    expect(cookie(moved)).not.toBe(cookie(first));
    expect((await site.ask('/', { headers: { cookie: 'AWSALB=rubbish' } })).status).toBe(200);
  });

  test('ends when its duration has passed', async () => {
    await using site = await startSite({ attributes, speed: 100 });
    await site.addTarget(app('a'));
    await site.addTarget(app('b'));
    const { engine } = site.sandbox;
    const headers = { cookie: cookie(await site.ask('/')) };
    const until = engine.clock.now() + 61_000;
    await eventually('a minute of the balancer', () => engine.clock.now() > until || undefined);
    const bodies = [await site.ask('/', { headers }), await site.ask('/', { headers })].map(({ body }) => body);
    expect(bodies.sort()).toEqual(['a', 'b']);
  });
});
