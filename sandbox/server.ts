import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { handleApi } from './server/api-request.ts';
import { handleControl } from './server/control.ts';

/** Where the sandbox listens unless told otherwise. */
export const defaultPort = 4780;

export interface ServerOptions extends Omit<SandboxOptions, 'authority'> {
  /** Loopback port of API and registry; 0 takes a free one. */
  port?: number;
  /** Further addresses of this host to listen on (the Docker bridge's gateway), same port. */
  hosts?: string[];
  /** Called when somebody asked over HTTP to end the sandbox, after everything is closed. */
  onShutdown?: () => void;
}

export interface RunningServer {
  sandbox: Sandbox;
  /** `127.0.0.1:4780`. */
  authority: string;
  /** Listens on one more address of this host, same port (a bridge that came up later). Idempotent. */
  listen(host: string): Promise<void>;
  /** Closes sockets and sandbox. Idempotent. */
  close(): Promise<void>;
}

/** Serves the sandbox over HTTP on loopback; rejects with EADDRINUSE when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const startedAt = Date.now();
  let answer: RequestListener = (_request, response) => void response.writeHead(503).end();
  const servers = new Map<string, Server>();
  const listen = async (host: string, port: number): Promise<number> => {
    const server = createServer((request, response) => answer(request, response));
    // Clients keep connections; ours must not close them first, or a call dies between two requests.
    server.keepAliveTimeout = 75_000;
    const bound = await listening(server, host, port);
    servers.set(host, server);
    return bound;
  };
  const port = await listen('127.0.0.1', options.port ?? defaultPort);
  const closeSockets = () => Promise.all([...servers.values()].map(closeServer));
  const sandbox = await openSandbox(options, `127.0.0.1:${port}`, closeSockets);
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    await closeSockets();
    await sandbox.close();
  };
  const close = () => (closing ??= closeAll());
  const shutdown = () => void close().then(() => options.onShutdown?.());
  answer = (request, response) => void route(sandbox, { startedAt, shutdown }, request, response);
  const server: RunningServer = {
    sandbox,
    authority: `127.0.0.1:${port}`,
    listen: async (host) => {
      if (!servers.has(host)) await listen(host, port);
    },
    close,
  };
  try {
    for (const host of options.hosts ?? []) await server.listen(host);
  } catch (error) {
    await close();
    throw error;
  }
  return server;
}

async function openSandbox(
  options: ServerOptions,
  authority: string,
  giveUp: () => Promise<unknown>,
): Promise<Sandbox> {
  try {
    return await createSandbox({ ...options, authority });
  } catch (error) {
    await giveUp();
    throw error;
  }
}

type Actions = Parameters<typeof handleControl>[1];

/** Never rejects: what goes wrong here is logged and answered with 500. */
async function route(sandbox: Sandbox, actions: Actions, request: IncomingMessage, response: ServerResponse) {
  const url = request.url ?? '/';
  try {
    if (url.startsWith('/_sandbox/')) await handleControl(sandbox.engine, actions, request, response);
    else await handleApi(sandbox, request, response);
  } catch (error) {
    sandbox.engine.log(
      `${request.method} ${url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
