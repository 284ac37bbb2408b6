import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** How a small site behaves; what a test changes is a planted difference. */
export interface Behaviour {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
  redirect?: string;
  sockjs: Record<string, unknown>;
  takesWebSockets: boolean;
  uploadLimitBytes: number;
  compresses: boolean;
  /** What the app takes for the client's address. */
  clientAddress: (forwarded: string | undefined, socket: string) => string;
  /** Hangs up on these. */
  isMute?: (method: string, url: string) => boolean;
  /** Chance is none: every so manieth request fails. */
  failsEvery?: number;
}

export const goodSite: Behaviour = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'set-cookie': ['session=1; Path=/; HttpOnly'] },
  body: '<html>shop</html>'.repeat(100),
  sockjs: { websocket: true, cookie_needed: false, origins: ['*:*'], entropy: 1 },
  takesWebSockets: true,
  uploadLimitBytes: 50_000_000,
  compresses: true,
  clientAddress: (forwarded, socket) => [forwarded, socket].filter(Boolean).join(', '),
};

export interface Site extends AsyncDisposable {
  port: number;
  behaviour: Behaviour;
  requests: number;
  /** Host header of the last request. */
  lastHost: string | undefined;
}

/** A site on a loopback port of its own. */
export async function openSite(behaviour: Partial<Behaviour> = {}): Promise<Site> {
  const site: Site = {
    port: 0,
    behaviour: { ...goodSite, ...behaviour },
    requests: 0,
    lastHost: undefined,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    site.requests += 1;
    site.lastHost = request.headers.host;
    answer(site, request, response);
  });
  server.on('upgrade', (request, socket: Socket) => upgrade(site.behaviour, request, socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.port = (server.address() as AddressInfo).port;
  return site;
}

const taken = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
const refused = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

const isMute = ({ isMute: decide }: Behaviour, { method = '', url = '' }: IncomingMessage): boolean =>
  decide?.(method, url) ?? false;

function upgrade(behaviour: Behaviour, request: IncomingMessage, socket: Socket): void {
  if (isMute(behaviour, request)) socket.destroy();
  else socket.end(behaviour.takesWebSockets ? taken : refused);
}

function answer({ behaviour, requests }: Site, request: IncomingMessage, response: ServerResponse): void {
  const { failsEvery, sockjs, clientAddress, redirect } = behaviour;
  if (failsEvery !== undefined && requests % failsEvery === 0) return void response.writeHead(502).end();
  if (isMute(behaviour, request)) return void request.socket.destroy();
  if (request.url === '/.well-known/redeploy/upload') return takeUpload(behaviour, request, response);
  if (request.url === '/sockjs/info') return void response.end(JSON.stringify({ ...sockjs, entropy: Math.random() }));
  if (request.url === '/whoami') {
    const forwarded = request.headers['x-forwarded-for'];
    return void response.end(clientAddress(forwarded?.toString(), request.socket.remoteAddress ?? ''));
  }
  if (redirect !== undefined) return void response.writeHead(302, { location: redirect }).end();
  const isZipped = behaviour.compresses && request.headers['accept-encoding'] === 'gzip';
  const zipped = isZipped ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(behaviour.status, { ...behaviour.headers, ...zipped });
  response.end(isZipped ? gzipSync(behaviour.body) : behaviour.body);
}

function takeUpload({ uploadLimitBytes }: Behaviour, request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on('data', (part: Buffer) => (bytes += part.length));
  request.on('end', () => response.writeHead(bytes > uploadLimitBytes ? 413 : 404).end());
}
