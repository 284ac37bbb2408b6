import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLostAnswer } from '../api/dispatch.ts';
import type { Sandbox } from '../sandbox.ts';

/** No AWS API call that the sandbox knows has a larger body. */
const maxBodyBytes = 32 * 1024 * 1024;

/** Answers an AWS API request that came through a socket. */
export async function handleApi(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (!body) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  try {
    const answer = await sandbox.handle({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: plainHeaders(request),
      body,
    });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  } catch (error) {
    if (!isLostAnswer(error)) throw error;
    request.socket.resetAndDestroy();
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
