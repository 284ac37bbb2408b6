import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Engine } from '../engine.ts';
import type { ElasticAddressRecord } from './elastic-record.ts';
import type { InstanceRecord } from './state.ts';

/** What stands at an elastic address: one listener for each open port of its machine. */
interface Gate {
  servers: Server[];
  sockets: Set<Socket>;
}

const gates = new WeakMap<Engine, Map<string, Gate>>();

function gatesOf(engine: Engine): Map<string, Gate> {
  const known = gates.get(engine) ?? new Map<string, Gate>();
  gates.set(engine, known);
  return known;
}

/** A tag on the address: connections begin with the PROXY protocol's line, so that the machine learns who calls. */
const proxyTag = 'sandbox:proxy-protocol';

/**
 * Makes the machine's ports reachable at its elastic address. The machine sees connections of its bridge's gateway, as of
 * everything that Docker publishes; who really calls, it learns through the PROXY protocol where the address's tag asks for it.
 */
export async function openGate(
  engine: Engine,
  address: ElasticAddressRecord,
  instance: Pick<InstanceRecord, 'ports'>,
): Promise<void> {
  const gate: Gate = { servers: [], sockets: new Set() };
  gatesOf(engine).set(address.id, gate);
  for (const port of instance.ports) {
    const server = createServer((client) => void pass(engine, { address, gate, port }, client));
    try {
      await listen(server, address.publicIp, port);
      gate.servers.push(server);
    } catch (error) {
      engine.log(`${address.publicIp}:${port} is not served: ${String(error)}`);
    }
  }
  engine.signal.addEventListener('abort', () => void closeGate(engine, address), { once: true });
}

/** Cuts everything that passes through the address. */
export async function closeGate(engine: Engine, { id }: ElasticAddressRecord): Promise<void> {
  const gate = gatesOf(engine).get(id);
  gatesOf(engine).delete(id);
  for (const socket of gate?.sockets ?? []) socket.destroy();
  await Promise.all((gate?.servers ?? []).map((server) => new Promise<void>((done) => server.close(() => done()))));
}

interface Way {
  address: ElasticAddressRecord;
  gate: Gate;
  port: number;
}

async function pass(engine: Engine, { address, gate, port }: Way, client: Socket): Promise<void> {
  client.on('error', () => client.destroy());
  const target = await engine.machines.address(address.instanceId ?? '', port).catch(() => undefined);
  if (!target || client.destroyed) return void client.resetAndDestroy();
  const machine = connect(target);
  for (const [one, other] of [
    [client, machine],
    [machine, client],
  ] as const) {
    gate.sockets.add(one);
    one.on('error', () => other.destroy());
    one.once('close', () => {
      gate.sockets.delete(one);
      other.destroy();
    });
  }
  if (address.tags[proxyTag] !== undefined) machine.write(proxyLine(client));
  client.pipe(machine).pipe(client);
}

/** https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, version 1. */
const proxyLine = ({ remoteAddress, localAddress, remotePort, localPort }: Socket): string =>
  `PROXY TCP4 ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`;

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      done();
    });
  });
}
