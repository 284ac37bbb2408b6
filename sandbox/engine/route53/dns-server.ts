import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { decode, encode, streamDecode, streamEncode, TRUNCATED_RESPONSE, type Packet } from 'dns-packet';
import type { Engine } from '../engine.ts';
import { firstQuestion, packetOf } from './packet.ts';
import { resolve, type Resolution } from './resolve.ts';

export interface DnsOptions {
  /** 127.0.0.1 unless given. */
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** Remembers answers for their TTL on the engine's clock, as the resolvers between users and Route 53 do. */
  isCaching?: boolean;
  /** 0 to 1, chooses among weighted records; Math.random unless given. */
  random?: () => number;
}

export interface DnsServer {
  /** `127.0.0.1:5353`, as node:dns `setServers` takes it. */
  address: string;
  close(): Promise<void>;
}

/** A name server for the sandbox's public zones, over UDP and TCP. */
export async function startDns(engine: Engine, options: DnsOptions = {}): Promise<DnsServer> {
  const { host = '127.0.0.1', isCaching = false } = options;
  const ask = isCaching ? remembering(engine, options.random) : asking(engine, options.random);
  const answer = (query: Packet): Packet => {
    const question = firstQuestion(query);
    return packetOf(query, question ? ask(question) : { kind: 'refused' }, isCaching);
  };
  const tcp = await listenTcp(answer, host, options.port ?? 0);
  const { port } = tcp.address() as AddressInfo;
  const udp = await listenUdp(answer, host, port);
  return {
    address: `${host}:${port}`,
    close: async () => {
      await new Promise<void>((done) => udp.close(() => done()));
      await new Promise<void>((done) => tcp.close(() => done()));
    },
  };
}

type Ask = (question: { name: string; type: string }) => Resolution;

const asking =
  (engine: Engine, random?: () => number): Ask =>
  (question) =>
    resolve(engine, question, random);

/** Answers from memory until the shortest TTL of an answer is over; what is not there is remembered for the zone's minimum. */
function remembering(engine: Engine, random?: () => number): Ask {
  const memory = new Map<string, { resolution: Resolution; untilMs: number }>();
  return (question) => {
    const key = `${question.name.toLowerCase()} ${question.type}`;
    const known = memory.get(key);
    if (known && known.untilMs > engine.clock.now()) return known.resolution;
    const resolution = resolve(engine, question, random);
    memory.set(key, { resolution, untilMs: engine.clock.now() + ttlOf(resolution) * 1000 });
    return resolution;
  };
}

/** Seconds. Absence lives for the lesser of the SOA's TTL and its minimum (RFC 2308), which are 900 and a day here. */
const ttlOf = (resolution: Resolution): number => {
  if (resolution.kind === 'refused') return 0;
  return resolution.records.length === 0 ? 900 : Math.min(...resolution.records.map(({ ttl }) => ttl));
};

/** What fits into a datagram without EDNS (RFC 1035, 4.2.1). */
const mostBytes = 512;

function listenUdp(answer: (query: Packet) => Packet, host: string, port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const query = readQuery(() => decode(message));
    if (!query) return;
    const packet = answer(query);
    const whole = encode(packet);
    const cut = { ...packet, answers: [], authorities: [], flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE };
    socket.send(whole.length > mostBytes ? encode(cut) : whole, from.port, from.address);
  });
  return new Promise((done, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => done(socket));
  });
}

/** What is not DNS is not answered. */
function readQuery(read: () => Packet | null): Packet | undefined {
  try {
    return read() ?? undefined;
  } catch {
    return undefined;
  }
}

function listenTcp(answer: (query: Packet) => Packet, host: string, port: number): Promise<Server> {
  const server = createServer((socket: Socket) => {
    let got = Buffer.alloc(0);
    // Whoever asks nothing must not keep the server from closing.
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 2 || got.length < got.readUInt16BE(0) + 2) return;
      const query = readQuery(() => streamDecode(got));
      if (query) socket.end(streamEncode(answer(query)));
      else socket.destroy();
    });
  });
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => done(server));
  });
}
