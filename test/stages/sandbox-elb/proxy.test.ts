import {
  CreateRuleCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { balancerStatus } from '../../../sandbox/engine/elb/status.ts';
import { app, eventually, startSite } from './site.ts';

/** Speaks to the balancer byte by byte; resolves with everything that came back. */
const raw = (host: string, text: string) =>
  new Promise<string>((resolve, reject) => {
    let got = '';
    const socket = connect({ host, port: 8080 }, () => socket.write(text));
    socket.on('data', (chunk) => (got += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(got));
  });

describe('the balancer passes on', () => {
  test('requests in turn to healthy targets, with the client, protocol and port in headers', async () => {
    await using site = await startSite();
    const seen: unknown[] = [];
    await site.addTarget((request, response) => {
      if (request.url !== '/health') seen.push(request.headers);
      response.end('a');
    });
    await site.addTarget(app('b'));
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push((await site.ask('/', { headers: { host: 'shop.test' } })).body);
    expect(answers.filter((body) => body === 'a')).toHaveLength(3);
    expect(answers[0]).not.toBe(answers[1]);
    await site.ask('/', { headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher' } });
    await site.ask('/', { headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher' } });
    const clientAddress = /^127\.\d+\.\d+\.\d+$/;
    expect(seen[0]).toMatchObject({
      host: 'shop.test',
      'x-forwarded-for': expect.stringMatching(clientAddress),
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '8080',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
    });
    expect(seen.at(-1)).toMatchObject({
      'x-forwarded-for': expect.stringMatching(/^203\.0\.113\.9, 127\./),
      'x-forwarded-proto': 'http',
    });
    expect(balancerStatus(site.sandbox.engine).targets.map(({ requests }) => requests)).toEqual([4, 4]);
  });

  test('uploads and answers as streams, of known length or not, without holding them back', async () => {
    await using site = await startSite();
    await site.addTarget((request, response) => {
      if (request.url === '/echo') {
        request.pipe(response);
        return;
      }
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => response.end(hash.digest('hex')));
    });
    const body = randomBytes(20_000_000);
    const digest = createHash('sha256').update(body).digest('hex');
    expect((await site.ask('/hash', { method: 'POST', body })).body).toBe(digest);
    const chunked = { method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } };
    expect((await site.ask('/hash', chunked)).body).toBe(digest);
    const head = 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    const echo = connect({ host: site.host, port: 8080 });
    let got = '';
    echo.on('data', (chunk) => (got += chunk.toString()));
    echo.write(`${head}5\r\nfirst\r\n`);
    await eventually('the first part back before the last was sent', () => got.includes('first') || undefined);
    echo.write('4\r\nlast\r\n0\r\n\r\n');
    await eventually('the last part', () => got.includes('last') || undefined);
  });

  test('HEAD, 204, Set-Cookie lines, status texts and 100-continue', async () => {
    await using site = await startSite();
    await site.addTarget((request, response) => {
      if (request.url === '/expect') response.end(String(request.headers.expect));
      else if (request.url === '/empty') response.writeHead(204, 'Nothing Here').end();
      else {
        response.writeHead(200, ['Content-Length', '5', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
        response.end(request.method === 'HEAD' ? undefined : 'hello');
      }
    });
    const head = await site.ask('/', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5', '']);
    expect((await site.ask('/')).headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect((await site.ask('/empty')).status).toBe(204);
    const expectation = 'POST /expect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n';
    const text = await raw(site.host, `${expectation}Content-Length: 2\r\n\r\nhi`);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(text).toContain('undefined');
    expect(await raw(site.host, `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

describe('the balancer answers itself', () => {
  test('503 without targets, 502 when the target refuses, resets or talks nonsense, 504 when it is mute', async () => {
    await using site = await startSite();
    expect((await site.ask('/')).status).toBe(503);
    const { server, port } = await site.addTarget((request, response) => {
      if (request.url === '/reset') request.socket.destroy();
      else if (request.url === '/nonsense') request.socket.end('who is there?\r\n\r\n');
      else if (request.url !== '/mute') response.end('ok');
    });
    expect((await site.ask('/reset')).status).toBe(502);
    expect((await site.ask('/nonsense')).status).toBe(502);
    await site.elbv2.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: site.loadBalancerArn,
        Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }],
      }),
    );
    const mute = await site.ask('/mute');
    expect([mute.status, mute.headers.server]).toEqual([504, 'awselb/2.0']);
    server.closeAllConnections();
    server.close();
    // The other target is fine, but AWS does not try a request twice.
    await site.addTarget(app('other'));
    const statuses = [await site.ask('/'), await site.ask('/')].map(({ status }) => String(status)).sort();
    expect(statuses, `target ${port} refuses, the other answers`).toEqual(['200', '502']);
  });

  test('keeps asking unhealthy targets when no other is left', async () => {
    await using site = await startSite({ speed: 40 });
    const codes = new Map<string, number>();
    for (const name of ['a', 'b']) {
      await site.addTarget((request, response) => {
        response.statusCode = request.url === '/health' ? (codes.get(name) ?? 200) : 200;
        response.end(name);
      });
    }
    codes.set('a', 500);
    const sick = await eventually('a is unhealthy', async () =>
      (await site.health()).find(({ TargetHealth }) => TargetHealth?.State === 'unhealthy'),
    );
    expect(sick.TargetHealth).toMatchObject({
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
    for (let n = 0; n < 4; n += 1) expect((await site.ask('/')).body).toBe('b');
    codes.set('b', 503);
    await eventually(
      'both are unhealthy',
      async () => (await site.health()).every(({ TargetHealth }) => TargetHealth?.State === 'unhealthy') || undefined,
    );
    const bodies = [await site.ask('/'), await site.ask('/')].map(({ body }) => body);
    expect(bodies.sort()).toEqual(['a', 'b']);
  });

  test('redirects and fixed answers, and rules decide by path and host', async () => {
    await using site = await startSite();
    await site.addTarget(app('app'));
    const { ListenerArn } = { ListenerArn: site.listenerArn };
    const path = (value: string) => [{ Field: 'path-pattern', Values: [value] }];
    const FixedResponseConfig = { StatusCode: '410', ContentType: 'text/plain', MessageBody: 'gone' };
    await site.elbv2.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 20,
        Conditions: path('/old/*'),
        Actions: [{ Type: 'fixed-response', FixedResponseConfig }],
      }),
    );
    await site.elbv2.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 10,
        Conditions: [...path('/old/app'), { Field: 'host-header', HostHeaderConfig: { Values: ['*.shop.test'] } }],
        Actions: [{ Type: 'forward', TargetGroupArn: site.targetGroupArn }],
      }),
    );
    expect(await site.ask('/old/app')).toMatchObject({ status: 410, body: 'gone' });
    expect(await site.ask('/old/app', { headers: { host: 'www.shop.test:8080' } })).toMatchObject({ body: 'app' });
    const RedirectConfig = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } as const;
    await site.elbv2.send(
      new ModifyListenerCommand({ ListenerArn, DefaultActions: [{ Type: 'redirect', RedirectConfig }] }),
    );
    const moved = await site.ask('/a/b?c=d', { headers: { host: 'shop.test:8080' } });
    expect([moved.status, moved.headers.location]).toEqual([301, 'https://shop.test:443/a/b?c=d']);
  });
});
