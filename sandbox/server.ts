import type { RequestListener } from 'node:http';
import { cleanRegistry } from './engine/registry.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { openBlobsDirectory } from './server/blobs-directory.ts';
import { route } from './server/route.ts';
import { openSockets } from './server/sockets.ts';

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

/** Serves API, registry and control over HTTP on loopback; rejects with EADDRINUSE when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const startedAt = Date.now();
  // The port is taken first, as part of every image reference that the sandbox hands out; early requests wait.
  const early: Parameters<RequestListener>[] = [];
  let answer: RequestListener = (request, response) => void early.push([request, response]);
  const sockets = openSockets((request, response) => answer(request, response));
  const port = await sockets.listen('127.0.0.1', options.port ?? defaultPort);
  const authority = `127.0.0.1:${port}`;
  const blobs = await openBlobsDirectory(options.stateDir);
  let sandbox: Sandbox | undefined;
  const closeAll = async () => {
    await sockets.close();
    await sandbox?.close();
    await blobs.remove();
  };
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll());
  const shutdown = () => void close().then(() => options.onShutdown?.());
  try {
    const opened = await createSandbox({ ...options, authority });
    sandbox = opened;
    await cleanRegistry(opened.engine, blobs.blobsDir);
    const routed = { sandbox: opened, actions: { startedAt, shutdown }, blobsDir: blobs.blobsDir };
    answer = (request, response) => void route(routed, request, response);
    for (const exchange of early.splice(0)) answer(...exchange);
    for (const host of options.hosts ?? []) await sockets.listen(host, port);
    return { sandbox: opened, authority, close, listen: async (host) => void (await sockets.listen(host, port)) };
  } catch (error) {
    await close();
    throw error;
  }
}
