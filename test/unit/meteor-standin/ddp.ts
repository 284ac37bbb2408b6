import { once } from 'node:events';
import { WebSocket } from 'ws';
import { until } from '../runtime/harness.ts';

export interface DdpMessage {
  msg?: string;
  id?: string;
  collection?: string;
  fields?: Record<string, unknown>;
  result?: unknown;
  error?: { error: unknown; reason?: string };
  session?: string;
  version?: string;
}

/** A DDP client over any line that carries text both ways. */
export interface DdpClient {
  send: (message: object) => void;
  seen: DdpMessage[];
  wait: (what: string, matches: (message: DdpMessage) => boolean) => Promise<DdpMessage>;
  close: () => void;
}

export function ddpOver(
  write: (text: string) => void,
  close: () => void,
): DdpClient & { hear: (text: string) => void } {
  const seen: DdpMessage[] = [];
  return {
    seen,
    close,
    send: (message) => write(JSON.stringify(message)),
    hear: (text) => seen.push(JSON.parse(text) as DdpMessage),
    wait: (what, matches) => until(what, () => seen.find(matches)),
  };
}

export const CONNECT = { msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] };

/** Put among the messages when the line ends. */
export const LINE_CLOSED = 'line closed';

/** Opens `/websocket` without sockjs, as native clients do, and leaves the handshake to the caller. */
export async function openRaw(url: string): Promise<DdpClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`);
  const client = ddpOver(
    (text) => socket.send(text),
    () => socket.terminate(),
  );
  socket.on('message', (data: Buffer) => client.hear(data.toString()));
  socket.on('close', () => client.hear(JSON.stringify({ msg: LINE_CLOSED })));
  await once(socket, 'open');
  return client;
}

export async function connectRaw(url: string): Promise<DdpClient> {
  const client = await openRaw(url);
  client.send(CONNECT);
  await client.wait('connected', ({ msg }) => msg === 'connected');
  return client;
}
