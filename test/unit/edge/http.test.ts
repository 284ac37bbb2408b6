import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { http, httpTrusting } from '../../../pipeline/edge/http.ts';
import { newAuthority, newCertificate } from '../../../sandbox/engine/acm/x509.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an HTTPS site of the sandbox is believed when its authority signed it, and by nobody else', async () => {
  const authority = newAuthority();
  const { key, cert } = newCertificate(authority, ['shop.example.com']);
  const site = await listen(createHttps({ key, cert }, (_, response) => void response.end('the site')));
  const sandbox = await listen(createHttp((_, response) => void response.end(authority.cert)));
  const nothing = await listen(createHttp((_, response) => void response.writeHead(404).end()));
  const request = { url: `https://${site}/`, headers: { host: 'shop.example.com' }, timeoutMs: 5000 };
  expect(await httpTrusting(`http://${sandbox}/`)(request)).toMatchObject({ status: 200, body: 'the site' });
  await expect(httpTrusting(`http://${nothing}/`)(request)).rejects.toThrow('certificate');
  await expect(http(request)).rejects.toThrow('certificate');
});

test('who answers before the body has been read, as Meteor refuses a POST, need not cut the line', async () => {
  const site = await listen(createHttp((_, response) => void response.writeHead(405).end()));
  const request = { url: `http://${site}/`, method: 'POST', body: Buffer.alloc(5_000_000), timeoutMs: 10_000 };
  // A line that is cut takes the answer with it now and then: EPIPE.
  expect(await http(request)).toMatchObject({ status: 405, headers: { connection: 'keep-alive' } });
});
