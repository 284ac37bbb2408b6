import { createHash } from 'node:crypto';
import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { ChangeRecord, HostedZone, RecordSet } from './state.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** 13 capitals and digits after `prefix`, as ids of Route 53 look; never twice. */
export function newId(engine: Engine, prefix: 'Z' | 'C'): string {
  const bytes = createHash('sha256').update(`${engine.authority}/${prefix}/${engine.serial()}`).digest();
  return prefix + [...bytes.subarray(0, 13)].map((byte) => letters[byte % letters.length]).join('');
}

/** Throws `NoSuchHostedZone`. */
export function findZone(engine: Engine, wanted: string): HostedZone {
  const { zones } = engine.state.route53;
  const id = wanted.replace(/^\/hostedzone\//, '');
  const found = Object.hasOwn(zones, id) ? zones[id] : undefined;
  if (!found) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
  return found;
}

/** The four name servers of a new zone, one for each of AWS's top-level domains. */
export const nameServersFor = (serial: number): string[] =>
  ['com', 'net', 'org', 'co.uk'].map((domain, index) => {
    const number = ((serial * 37 + index * 512) % 512) + index * 512;
    return `ns-${number}.awsdns-${String(number % 64).padStart(2, '0')}.${domain}`;
  });

/** What every zone begins with (developer guide, SOA-NSrecords.html). */
export function firstRecords(name: string, nameServers: string[]): RecordSet[] {
  const soa = `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { name, type: 'NS', ttl: 172_800, values: nameServers.map((server) => `${server}.`) },
    { name, type: 'SOA', ttl: 900, values: [soa] },
  ];
}

/** Writes down that something changed: pending now, in sync `timing.dnsMs` later. */
export function newChange(engine: Engine, comment?: string): ChangeRecord {
  const submittedAt = engine.clock.now();
  const change: ChangeRecord = {
    id: newId(engine, 'C'),
    ...(comment !== undefined && { comment }),
    submittedAt,
    inSyncAt: submittedAt + engine.timing.dnsMs,
  };
  engine.state.route53.changes[change.id] = change;
  return change;
}
