import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { redirectLocation } from './redirect.ts';
import type { Listener } from './state.ts';

/** The body that AWS's balancer sends with errors of its own. */
export function errorPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** Answers in the balancer's own name; once the target's answer has begun, it can only be broken off. */
export function answerError(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = errorPage(status);
  response.writeHead(status, { server: 'awselb/2.0', 'content-type': 'text/html', 'content-length': body.length });
  response.end(body);
}

/** Carries out an action that needs no target; false when it does. */
export function answerAction(
  action: Action,
  listener: Listener,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): boolean {
  if (action.Type === 'fixed-response') {
    const { StatusCode, ContentType, MessageBody = '' } = action.FixedResponseConfig ?? {};
    const headers = { 'content-type': ContentType ?? 'text/plain', 'content-length': Buffer.byteLength(MessageBody) };
    response.writeHead(Number(StatusCode ?? 200), { server: 'awselb/2.0', ...headers });
    response.end(MessageBody);
    return true;
  }
  if (action.Type !== 'redirect' || !action.RedirectConfig) return false;
  const Location = redirectLocation(action.RedirectConfig, redirectFrom(listener, request));
  const status = action.RedirectConfig.StatusCode === 'HTTP_302' ? 302 : 301;
  const body = errorPage(status);
  const headers = { server: 'awselb/2.0', 'content-type': 'text/html', 'content-length': body.length, Location };
  response.writeHead(status, headers);
  response.end(body);
  return true;
}

function redirectFrom(listener: Listener, request: IncomingMessage) {
  const url = request.url ?? '/';
  const at = url.includes('?') ? url.indexOf('?') : url.length;
  return {
    protocol: listener.protocol,
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    port: String(listener.port),
    path: url.slice(1, at),
    query: url.slice(at + 1),
  };
}
