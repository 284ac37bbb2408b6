import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** HTTP listeners on several addresses of this host, all with one answer. */
export interface Sockets {
  /** Listens on `host`; resolves with the port. Rejects with EADDRINUSE. Idempotent. */
  listen(host: string, port: number): Promise<number>;
  /** Closes listeners and connections. */
  close(): Promise<void>;
}

export function openSockets(answer: RequestListener): Sockets {
  const servers = new Map<string, Server>();
  return {
    listen: async (host, port) => {
      if (servers.has(host)) return port;
      const server = createServer(answer);
      // Clients keep connections; ours must not close them first, or a call dies between two requests.
      server.keepAliveTimeout = 75_000;
      // A layer may take longer than Node's five minutes.
      server.requestTimeout = 0;
      const bound = await listening(server, host, port);
      servers.set(host, server);
      return bound;
    },
    close: async () => {
      await Promise.all([...servers.values()].map(closeServer));
    },
  };
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
