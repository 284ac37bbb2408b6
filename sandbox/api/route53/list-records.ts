import type * as client from '@aws-sdk/client-route-53';
import { fullName, sortName } from '../../engine/route53/names.ts';
import type { RecordSet } from '../../engine/route53/state.ts';
import { findZone } from '../../engine/route53/zones.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { readMaxItems } from './list-zones.ts';

/** "The maximum is 300" (API_ListResourceRecordSets.html). */
const mostSets = 300;

type List = HandlerFor<typeof client, 'ListResourceRecordSets'>;

/** Sorted by reversed labels, then type, then set identifier, beginning with what is asked for. */
export const listResourceRecordSets: List = (input, { engine }) => {
  const zone = findZone(engine, input.HostedZoneId);
  const limit = readMaxItems(input.MaxItems, mostSets);
  const start = startOf(input);
  const rest = zone.records
    .map((record) => ({ record, key: keyOf(record) }))
    .filter(({ key }) => compare(key, start) >= 0)
    .toSorted((a, b) => compare(a.key, b.key));
  const next = rest[limit]?.record;
  return {
    ResourceRecordSets: rest.slice(0, limit).map(({ record }) => recordForm(record)),
    IsTruncated: next !== undefined,
    ...(next && {
      NextRecordName: next.name,
      NextRecordType: next.type as client.RRType,
      ...(next.setId !== undefined && { NextRecordIdentifier: next.setId }),
    }),
    MaxItems: limit,
  };
};

type Key = readonly [name: string, type: string, setId: string];

const keyOf = ({ name, type, setId = '' }: RecordSet): Key => [sortName(name), type, setId];

function compare(a: Key, b: Key): number {
  for (const index of [0, 1, 2] as const) {
    if (a[index] !== b[index]) return a[index] < b[index] ? -1 : 1;
  }
  return 0;
}

function startOf({ StartRecordName, StartRecordType, StartRecordIdentifier }: Parameters<List>[0]): Key {
  if (StartRecordType !== undefined && StartRecordName === undefined) {
    throw new AwsError('InvalidInput', 'The start record type can be given only together with a name.');
  }
  if (StartRecordIdentifier !== undefined && StartRecordType === undefined) {
    throw new AwsError('InvalidInput', 'The start record identifier can be given only together with name and type.');
  }
  const name = StartRecordName === undefined ? '' : sortName(fullName(StartRecordName));
  return [name, StartRecordType ?? '', StartRecordIdentifier ?? ''];
}

const recordForm = ({
  name,
  type,
  ttl,
  values,
  alias,
  setId,
  weight,
  multiValue,
}: RecordSet): client.ResourceRecordSet => ({
  Name: name,
  Type: type as client.RRType,
  ...(setId !== undefined && { SetIdentifier: setId }),
  ...(weight !== undefined && { Weight: weight }),
  ...(multiValue !== undefined && { MultiValueAnswer: multiValue }),
  ...(ttl !== undefined && { TTL: ttl }),
  ...(values && { ResourceRecords: values.map((Value) => ({ Value })) }),
  ...(alias && {
    AliasTarget: {
      HostedZoneId: alias.zoneId,
      DNSName: alias.dnsName,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
  }),
});
