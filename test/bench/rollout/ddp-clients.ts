import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Entrance } from './entrance.ts';

export type Kind = 'raw' | 'sockjs';

/** One stay of a client on a machine. */
export interface Stay {
  client: number;
  kind: Kind;
  machine: string;
  release: string;
  fromMs: number;
  /** Undefined while it lasts. */
  untilMs: number | undefined;
  code: number | undefined;
}

export interface DdpClients {
  stays: Stay[];
  /** Attempts that did not end in an answered subscription. */
  refusals: { atMs: number; reason: string }[];
  /** Resolves once every client is on a machine. */
  settled: Promise<void>;
  leave(): Promise<void>;
}

interface Line {
  machine: string;
  release: string;
  closed: Promise<number>;
  hangUp(): void;
}

/** Clients that hold a DDP subscription, as browsers do, half of them over sockjs' framing; who is thrown out comes back. */
export function openClients(where: Entrance, count: number): DdpClients {
  const stays: Stay[] = [];
  const refusals: DdpClients['refusals'] = [];
  const lines = new Set<Line>();
  const over = new AbortController();

  const live = async (client: number, onFirst: () => void): Promise<void> => {
    const kind: Kind = client % 2 === 0 ? 'raw' : 'sockjs';
    // Not one after each visitor: a balancer that takes its targets in turn would give them all the same one.
    await pause(client * 10 + Math.random() * 50);
    for (let failures = 0; !over.signal.aborted;) {
      try {
        const line = await connect(where, kind);
        failures = 0;
        lines.add(line);
        onFirst();
        const { machine, release } = line;
        const stay: Stay = { client, kind, machine, release, fromMs: Date.now(), untilMs: undefined, code: undefined };
        stays.push(stay);
        stay.code = await line.closed;
        stay.untilMs = over.signal.aborted ? undefined : Date.now();
        lines.delete(line);
      } catch (error) {
        if (!over.signal.aborted) refusals.push({ atMs: Date.now(), reason: String(error) });
        failures += 1;
        // Meteor's client waits at most so long at first.
        await pause(Math.min(200 * failures, 2000));
      }
    }
  };

  const lives: Promise<void>[] = [];
  const firsts = Array.from(
    { length: count },
    (_, client) => new Promise<void>((resolve) => void lives.push(live(client, resolve))),
  );
  return {
    stays,
    refusals,
    settled: Promise.all(firsts).then(() => undefined),
    leave: async () => {
      over.abort();
      for (const line of lines) line.hangUp();
      await Promise.all(lives);
    },
  };
}

const session = () => Math.random().toString(36).slice(2, 10);

function addressOf(url: string, kind: Kind): string {
  const base = url.replace('http', 'ws');
  return kind === 'raw'
    ? `${base}/websocket`
    : `${base}/sockjs/${Math.floor(Math.random() * 1000)}/${session()}/websocket`;
}

/** sockjs: `o` open, `h` heartbeat, `a[…]` messages, `c[…]` close. */
function unframe(kind: Kind, text: string): string[] {
  if (kind === 'raw') return [text];
  return text.startsWith('a') ? (JSON.parse(text.slice(1)) as string[]) : [];
}

/** Opens DDP and subscribes to which release answers, on which machine. */
async function connect(where: Entrance, kind: Kind): Promise<Line> {
  const socket = new WebSocket(addressOf(await where.find(), kind), {
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
    headers: { host: where.host },
  });
  const send = (message: object) => {
    const text = JSON.stringify(message);
    socket.send(kind === 'raw' ? text : JSON.stringify([text]));
  };
  return await new Promise((resolve, reject) => {
    const closed = new Promise<number>((end) => {
      socket.on('close', (code) => {
        end(code);
        reject(new Error(`closed with ${code} before the subscription was answered`));
      });
    });
    socket.on('error', reject);
    socket.on('open', () => send({ msg: 'connect', version: '1', support: ['1'] }));
    socket.on('message', (data: Buffer) => {
      for (const text of unframe(kind, data.toString())) {
        const { msg, fields } = JSON.parse(text) as { msg?: string; fields?: { name: string; host: string } };
        if (msg === 'ping') send({ msg: 'pong' });
        if (msg === 'connected') send({ msg: 'sub', id: 'release', name: 'release', params: [] });
        if (msg !== 'added' || !fields) continue;
        resolve({ machine: fields.host, release: fields.name, closed, hangUp: () => socket.terminate() });
      }
    });
  });
}
