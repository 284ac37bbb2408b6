import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way for browsers to names that only the sandbox's name server knows. */
export interface Socks extends AsyncDisposable {
  /** `socks5://127.0.0.1:1080`. */
  url: string;
}

/** A SOCKS 5 server (RFC 1928) that looks a name up for each connection anew, as a resolver without a cache does. */
export async function openSocks(find: (host: string) => Promise<string>): Promise<Socks> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    client.on('error', () => client.destroy());
    lead(client, find).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Greeting `5 1 0`, then the request: version, CONNECT, 0, kind of address (3: a name, 1: IPv4), address, port. */
async function lead(client: Socket, find: (host: string) => Promise<string>): Promise<void> {
  await next(client);
  client.write(Uint8Array.of(5, 0));
  const request = await next(client);
  const isName = request[3] === 3;
  const end = isName ? 5 + (request[4] ?? 0) : 8;
  const host = isName ? await find(request.toString('latin1', 5, end)) : request.subarray(4, 8).join('.');
  const server = connect({ host, port: request.readUInt16BE(end) });
  client.once('close', () => server.destroy());
  server.once('close', () => client.destroy());
  await once(server, 'connect');
  server.on('error', () => client.destroy());
  client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
  client.pipe(server).pipe(client);
}

/** Each message of the handshake is a few bytes, which come in one piece from the same computer. */
async function next(client: Socket): Promise<Buffer> {
  const [message] = (await once(client, 'data')) as [Buffer];
  return message;
}
