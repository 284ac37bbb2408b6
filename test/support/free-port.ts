import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that Linux gives to connections (32768 and above: ip(7), ip_local_port_range). */
const range = { first: 10_000, last: 32_000 };

/**
 * A port that nobody listens on, the first of so many in a row. Until it is used nobody else takes it by accident, as a busy
 * computer's connections do with those that the kernel chooses.
 */
export async function freePort(inARow = 1): Promise<number> {
  for (;;) {
    const port = range.first + Math.floor(Math.random() * (range.last - range.first));
    const servers: Server[] = [];
    try {
      for (let next = port; next < port + inARow; next += 1) {
        const server = createServer().listen(next, '0.0.0.0');
        servers.push(server);
        await once(server, 'listening');
      }
      return port;
    } catch {
      // One of them is taken: others.
    } finally {
      for (const server of servers) if (server.listening) await new Promise((closed) => void server.close(closed));
    }
  }
}
