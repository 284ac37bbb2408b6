import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { SubnetRecord } from './state.ts';

/** AWS keeps the first four addresses of a subnet and the last (subnet-sizing.html). */
const reservedBelow = 4;

const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (number: number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** First address and number of addresses of a CIDR block. */
function block(cidr: string): { base: number; size: number } {
  const [address = '', prefix = '32'] = cidr.split('/');
  return { base: toNumber(address), size: 2 ** (32 - Number(prefix)) };
}

function taken(engine: Engine, subnet: SubnetRecord): Set<string> {
  const inSubnet = Object.values(engine.state.ec2.instances).filter((instance) => instance.subnetId === subnet.id);
  return new Set(inSubnet.filter((instance) => instance.state !== 'terminated').map((instance) => instance.privateIp));
}

export function freeAddressCount(engine: Engine, subnet: SubnetRecord): number {
  return block(subnet.cidr).size - reservedBelow - 1 - taken(engine, subnet).size;
}

/** "By default, nondefault subnets have the IPv4 public addressing attribute set to false, and default subnets to true." */
export const mapsPublicIp = ({ mapsPublicIp: isMapped, defaultForAz }: SubnetRecord): boolean =>
  isMapped ?? defaultForAz;

/** Gives away the next private address of the subnet. Throws `InsufficientFreeAddressesInSubnet`. */
export function takeAddress(engine: Engine, subnet: SubnetRecord): string {
  const { base, size } = block(subnet.cidr);
  const used = taken(engine, subnet);
  for (let tried = 0; tried < size; tried += 1) {
    const host = subnet.lastHost + 1 < size - 1 ? Math.max(reservedBelow, subnet.lastHost + 1) : reservedBelow;
    subnet.lastHost = host;
    const address = toAddress(base + host);
    if (!used.has(address)) return address;
  }
  throw new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `The specified subnet does not have enough free addresses to satisfy the request.`,
  );
}

/** A stable public-looking address (TEST-NET-3 and its neighbour, RFC 5737); nothing routes there. */
export function publicAddress(privateIp: string): string {
  const number = toNumber(privateIp);
  return `${Math.floor(number / 256) % 2 === 0 ? '203.0.113' : '198.51.100'}.${number % 256}`;
}

/** `ip-172-31-0-4.eu-central-1.compute.internal`, in us-east-1 `ip-….ec2.internal`. */
export function privateDnsName(engine: Engine, privateIp: string): string {
  const { region } = engine.state;
  return `ip-${privateIp.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`;
}

export function publicDnsName(engine: Engine, publicIp: string): string {
  const { region } = engine.state;
  return `ec2-${publicIp.replaceAll('.', '-')}.${region === 'us-east-1' ? 'compute-1' : `${region}.compute`}.amazonaws.com`;
}
