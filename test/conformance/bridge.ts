import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Aws } from '../../pipeline/core/context.ts';
import { parts, type Played, type Request } from './bridge/parts.ts';
import { connectTo } from './worlds.ts';

/** Stands between the pipeline and an emulator that runs no machines, and plays what machines would have done. */
export interface Bridge extends AsyncDisposable {
  endpoint: string;
  /** The parts that were played, by the operation that they belong to. */
  played: Set<string>;
  /** Clients at the emulator itself. */
  aws: Aws;
}

/**
 * Opens the bridge to an emulator. Everything passes unchanged but the operations of `parts`, each of which says what it
 * plays; docs/conformance.md lists them.
 */
export async function openBridge(upstream: string): Promise<Bridge> {
  const aws = await connectTo(upstream);
  const played = new Set<string>();
  const server = createServer((incoming, answer) => {
    void carry(upstream, aws, { incoming, played })
      .catch((error: unknown) => ({
        status: 500,
        headers: {},
        body: Buffer.from(`the bridge failed: ${String(error)}`),
      }))
      .then((given) => send(answer, given));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    played,
    aws,
    [Symbol.asyncDispose]: async () => {
      for (const client of Object.values(aws)) client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function carry(
  upstream: string,
  aws: Aws,
  { incoming, played }: { incoming: IncomingMessage; played: Set<string> },
): Promise<Played> {
  const body = await buffer(incoming);
  const request = readRequest(incoming, body);
  const part = parts[request.operation];
  const pass = () => forward(upstream, incoming, body);
  if (!part) return pass();
  const given = await part(request, { aws, pass });
  played.add(request.operation);
  return given;
}

function readRequest({ headers }: IncomingMessage, body: Buffer): Request {
  const text = body.toString('utf8');
  const target = headers['x-amz-target'];
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  if (typeof target === 'string') {
    const json = JSON.parse(text || '{}') as Record<string, unknown>;
    return { operation: `${service}:${target.split('.').at(-1)}`, form: new URLSearchParams(), json };
  }
  const form = new URLSearchParams(text);
  return { operation: `${service}:${form.get('Action') ?? ''}`, form, json: {} };
}

async function forward(upstream: string, incoming: IncomingMessage, body: Buffer): Promise<Played> {
  const { method = 'POST', url = '/', headers } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = httpRequest(new URL(url, upstream), { method, headers }, resolve);
    call.on('error', reject);
    call.end(body);
  });
  const { 'transfer-encoding': _, 'content-length': __, connection: ___, ...rest } = answer.headers;
  return { status: answer.statusCode ?? 0, headers: rest, body: await buffer(answer) };
}

function send(answer: ServerResponse, { status, headers, body }: Played): void {
  answer.writeHead(status, { ...headers, 'content-length': body.length });
  answer.end(body);
}
