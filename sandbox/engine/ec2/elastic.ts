import type { Engine } from '../engine.ts';
import { publicAddress } from './address.ts';
import type { ElasticAddressRecord } from './elastic-record.ts';
import type { InstanceRecord } from './state.ts';

/** The Elastic IP that leads to an instance; it stays with a stopped one. */
export const elasticOf = (engine: Engine, { id }: InstanceRecord): ElasticAddressRecord | undefined =>
  Object.values(engine.state.ec2.addresses).find(({ instanceId }) => instanceId === id);

/** A public-looking address that nobody has. */
export function freeElasticAddress(engine: Engine): string {
  const { addresses, instances } = engine.state.ec2;
  const used = new Set([
    ...Object.values(addresses).map(({ publicIp }) => publicIp),
    ...Object.values(instances).map(({ publicIp }) => publicIp),
  ]);
  for (let host = 1; ; host += 1) {
    const address = publicAddress(`10.0.${Math.floor(host / 256)}.${(host % 254) + 1}`);
    if (!used.has(address)) return address;
  }
}

/** The address leads there, and what led there before leads nowhere. */
export function associate(engine: Engine, address: ElasticAddressRecord, instance: InstanceRecord): void {
  const before = elasticOf(engine, instance);
  if (before && before !== address) disassociate(engine, before);
  disassociate(engine, address);
  address.instanceId = instance.id;
  address.associationId = engine.id('eipassoc');
  instance.publicIp = address.publicIp;
}

/** The instance has no public address then until it is started anew (elastic-ip-addresses-eip.html). */
export function disassociate(engine: Engine, address: ElasticAddressRecord): void {
  const instance = address.instanceId === undefined ? undefined : engine.state.ec2.instances[address.instanceId];
  if (instance?.publicIp === address.publicIp) instance.publicIp = undefined;
  address.instanceId = undefined;
  address.associationId = undefined;
}
