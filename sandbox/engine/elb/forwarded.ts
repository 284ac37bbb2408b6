import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Listener, LoadBalancer } from './state.ts';

/** Headers between two neighbours; Node writes its own. Expect is answered by the balancer and not passed on. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
  'expect',
  'http2-settings',
]);
const ours = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id']);

/** A message's headers without those that concern only one connection; flat list, order and spelling kept. */
export function passOn(rawHeaders: string[], without: ReadonlySet<string> = hopByHop): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!without.has(name.toLowerCase())) kept.push(name, rawHeaders[at + 1] ?? '');
  }
  return kept;
}

const replaced: ReadonlySet<string> = new Set([...hopByHop, ...ours]);

/** The headers that a target gets (elasticloadbalancing/latest/application/x-forwarded-headers.html). */
export function forwardedHeaders(request: IncomingMessage, listener: Listener, balancer: LoadBalancer): string[] {
  const headers = passOn(request.rawHeaders, replaced);
  const hasHost = request.headers.host !== undefined;
  if (!hasHost) headers.push('Host', balancer.address);
  const clients = forwardedFor(request, balancer.attributes['routing.http.xff_header_processing.mode'] ?? 'append');
  if (clients) headers.push('X-Forwarded-For', clients);
  headers.push('X-Forwarded-Proto', listener.protocol.toLowerCase(), 'X-Forwarded-Port', String(listener.port));
  headers.push('X-Amzn-Trace-Id', traceId(request));
  return headers;
}

function forwardedFor(request: IncomingMessage, mode: string): string | undefined {
  const before = [request.headers['x-forwarded-for']].flat().join(', ');
  if (mode === 'remove') return undefined;
  if (mode === 'preserve') return before;
  const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return before ? `${before}, ${client}` : client;
}

function traceId(request: IncomingMessage): string {
  const own = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const given = String(request.headers['x-amzn-trace-id'] ?? '');
  return given.includes('Root=') ? given : own;
}
