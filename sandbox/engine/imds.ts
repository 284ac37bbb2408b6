import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine.ts';
import { answerImds } from './imds/answer.ts';
import { makeTokens } from './imds/tokens.ts';

export interface ImdsOptions {
  /** Gateway of the machines' bridge. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Which machine has this address: who asks is known by nothing else. */
  instanceAt: (ip: string) => Promise<string | undefined>;
}

export interface RunningImds {
  port: number;
  close(): Promise<void>;
}

/** The instance metadata service, versions 1 and 2; machines see it at 169.254.169.254. The hop limit is the machine's business (machines/docker/seed.ts). */
export async function startImds(engine: Engine, { host, port, instanceAt }: ImdsOptions): Promise<RunningImds> {
  const tokens = makeTokens();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const ip = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const { method = 'GET', url = '/', headers } = request;
    const found = answerImds(engine, tokens, await instanceAt(ip), { method, path: url, headers });
    const body = Buffer.from(found.body);
    response.writeHead(found.status, {
      'content-type': 'text/plain',
      'content-length': body.length,
      server: 'EC2ws',
      ...found.headers,
    });
    response.end(method === 'HEAD' ? undefined : body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      engine.log(`imds ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
