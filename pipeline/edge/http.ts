import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import type { Http } from '../core/context.ts';

/**
 * One exchange over node:http(s). A `host` header also names the site in the TLS handshake, so that a balancer can be
 * asked by its own address for the site that its certificate is for. The time limit covers everything from DNS to the last byte.
 */
export const http: Http = (request) => exchange(request);

/** The same, which also believes certificates of the authority that is found at `authorityUrl`, when it is there. */
export const httpTrusting =
  (authorityUrl: string): Http =>
  async (request) => {
    if (!request.url.startsWith('https:')) return await exchange(request);
    const { status, body } = await exchange({ url: authorityUrl, timeoutMs: request.timeoutMs });
    return await exchange(request, status === 200 ? [...rootCertificates, body] : undefined);
  };

async function exchange(request: Parameters<Http>[0], ca?: string[]): ReturnType<Http> {
  const { url, body, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { ...optionsOf(request), ...(ca && { ca }), signal };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      // No agent: a kept connection would pin us to the one machine that answered first.
      const call = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, { ...options, agent: false }, resolve);
      call.on('error', reject);
      call.on('upgrade', (upgraded, socket) => {
        socket.destroy();
        resolve(upgraded);
      });
      call.end(body);
    });
    if (answer.statusCode === 101) return { status: 101, headers: flat(answer.headers), body: '' };
    return { status: answer.statusCode ?? 0, headers: flat(answer.headers), body: await text(answer) };
  } catch (error) {
    if (signal.aborted) throw new Error(`${url} did not answer within ${timeoutMs} ms`, { cause: error });
    throw error;
  }
}

/**
 * With a body, the connection is announced as one to keep: a server that answers before it has read all of it then reads the rest,
 * where it would otherwise cut the line and the answer with it.
 */
function optionsOf({ method = 'GET', headers = {}, body }: Parameters<Http>[0]) {
  const kept = body === undefined ? {} : { connection: 'keep-alive' };
  const host = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host')?.[1];
  const servername = host?.replace(/:\d+$/, '');
  return { method, headers: { ...kept, ...headers }, ...(servername !== undefined && { servername }) };
}

const flat = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
