import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listener } from './simulated-script.ts';

/** A real loopback port that leads to a simulated one. */
export interface Door {
  port: number;
  close(): Promise<void>;
}

export const connectionRefused = () => networkError('ECONNREFUSED', 'connection refused');
export const timedOut = () => networkError('ETIMEDOUT', 'connection timed out');
const networkError = (code: string, message: string) => Object.assign(new Error(message), { code });

/** Serves what `find` finds at the time of each request; nobody there looks like a refused connection. */
export async function openDoor(find: () => Listener | undefined): Promise<Door> {
  const server = createServer((request, response) => {
    const listener = find();
    if (listener) void pass(listener, request, response);
    else request.socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(listener: Listener, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  try {
    const answer = await listener({ method, path: url, headers });
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  } catch {
    request.socket.resetAndDestroy();
  }
}
