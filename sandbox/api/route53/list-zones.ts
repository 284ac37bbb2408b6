import type * as client from '@aws-sdk/client-route-53';
import { fullName, sortName } from '../../engine/route53/names.ts';
import type { HostedZone } from '../../engine/route53/state.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { zoneForm } from './zones.ts';

/** "If you specify a value greater than 100, Route 53 returns only the first 100" (API_ListHostedZonesByName.html). */
const mostZones = 100;

/** How many a caller wants, as text or number. Throws `InvalidInput`. */
export function readMaxItems(text: number | string | undefined, most: number): number {
  const wanted = text === undefined ? most : Number(text);
  if (Number.isInteger(wanted) && wanted >= 1) return Math.min(wanted, most);
  throw new AwsError('InvalidInput', `The max items '${text}' must be a whole number of 1 or more.`);
}

/** In the order in which they were made; the marker is the id of the next one. Its page knows no NoSuchHostedZone. */
export const listHostedZones: HandlerFor<typeof client, 'ListHostedZones'> = (input, { engine }) => {
  const limit = readMaxItems(input.MaxItems, mostZones);
  const isWanted = ({ vpcs }: HostedZone) => input.HostedZoneType !== 'PrivateHostedZone' || vpcs.length > 0;
  const all = Object.values(engine.state.route53.zones).filter(isWanted);
  const from = input.Marker === undefined ? 0 : all.findIndex(({ id }) => id === input.Marker);
  if (from < 0) throw new AwsError('InvalidInput', `The marker '${input.Marker}' is not valid.`);
  const next = all[from + limit];
  return {
    HostedZones: all.slice(from, from + limit).map(zoneForm),
    Marker: input.Marker ?? '',
    IsTruncated: next !== undefined,
    ...(next && { NextMarker: next.id }),
    MaxItems: limit,
  };
};

/** API_ListHostedZonesByName.html: ordered by reversed labels, beginning with a name (and among equal names with an id). */
export const listHostedZonesByName: HandlerFor<typeof client, 'ListHostedZonesByName'> = (input, { engine }) => {
  if (input.HostedZoneId !== undefined && input.DNSName === undefined) {
    throw new AwsError('InvalidInput', 'A hosted zone id can be given only together with a DNS name.');
  }
  const limit = readMaxItems(input.MaxItems, mostZones);
  const keyOf = (name: string, id: string) => `${sortName(name)} ${id}`;
  const keyOfZone = ({ name, id }: HostedZone) => keyOf(name, id);
  const startId = (input.HostedZoneId ?? '').replace(/^\/hostedzone\//, '');
  const start = input.DNSName === undefined ? '' : keyOf(fullName(input.DNSName), startId);
  const rest = Object.values(engine.state.route53.zones)
    .filter((zone) => keyOfZone(zone) >= start)
    .toSorted((a, b) => (keyOfZone(a) < keyOfZone(b) ? -1 : 1));
  const next = rest[limit];
  return {
    HostedZones: rest.slice(0, limit).map(zoneForm),
    ...(input.DNSName !== undefined && { DNSName: input.DNSName }),
    ...(input.HostedZoneId !== undefined && { HostedZoneId: input.HostedZoneId }),
    IsTruncated: next !== undefined,
    ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
    MaxItems: limit,
  };
};
