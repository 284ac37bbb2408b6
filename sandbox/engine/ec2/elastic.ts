import type { Engine } from '../engine.ts';
import type { ElasticAddressRecord } from './elastic-record.ts';
import { closeGate, openGate } from './gate.ts';
import type { InstanceRecord } from './state.ts';

/** The Elastic IP that leads to an instance; it stays with a stopped one. */
export const elasticOf = (engine: Engine, { id }: InstanceRecord): ElasticAddressRecord | undefined =>
  Object.values(engine.state.ec2.addresses).find(({ instanceId }) => instanceId === id);

const defaultPort = 4780;
let handedOut = 0;

/**
 * A loopback address that can really be called: 127.67.0.N, or from above in the sandbox's own net, where balancers take
 * theirs from below; simulated ones, which run side by side in tests, go by process.
 */
export function freeElasticAddress(engine: Engine): string {
  const used = new Set(Object.values(engine.state.ec2.addresses).map(({ publicIp }) => publicIp));
  const { net, first, step } = netOf(engine);
  let last = first;
  while (used.has(`${net}.${last}`)) last += step;
  return `${net}.${last}`;
}

function netOf({ machines, authority }: Engine): { net: string; first: number; step: 1 | -1 } {
  const { pid } = process;
  if (machines.kind === 'simulated') {
    return { net: `127.${129 + ((pid >> 8) & 0x7e)}.${pid & 0xff}`, first: 2 + (handedOut++ % 240), step: 1 };
  }
  const port = Number(authority.split(':')[1] ?? defaultPort);
  if (port === defaultPort) return { net: '127.67.0', first: 1, step: 1 };
  return { net: `127.${port >> 8}.${port & 0xff}`, first: 254, step: -1 };
}

/** The address leads there, and what led there before leads nowhere. */
export function associate(engine: Engine, address: ElasticAddressRecord, instance: InstanceRecord): void {
  const before = elasticOf(engine, instance);
  if (before && before !== address) disassociate(engine, before);
  disassociate(engine, address);
  address.instanceId = instance.id;
  address.associationId = engine.id('eipassoc');
  instance.publicIp = address.publicIp;
  engine.background(`gate at ${address.publicIp}`, () => openGate(engine, address, instance));
}

/** The instance has no public address then until it is started anew (elastic-ip-addresses-eip.html). */
export function disassociate(engine: Engine, address: ElasticAddressRecord): void {
  const instance = address.instanceId === undefined ? undefined : engine.state.ec2.instances[address.instanceId];
  if (instance?.publicIp === address.publicIp) instance.publicIp = undefined;
  engine.background(`gate at ${address.publicIp}`, () => closeGate(engine, address));
  address.instanceId = undefined;
  address.associationId = undefined;
}
