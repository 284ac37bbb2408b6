import type * as client from '@aws-sdk/client-route-53';
import type { Change } from '../../engine/route53/change.ts';
import { fullName } from '../../engine/route53/names.ts';
import type { RecordSet } from '../../engine/route53/state.ts';
import { AwsError } from '../error.ts';

type Written = client.ResourceRecordSet;

/** Says what is wrong with one change of a batch, and in which. */
type Complain = (what: string) => AwsError;

/** One change as it is carried out. Throws `InvalidInput` for members that are missing or exclude each other. */
export function readChange({ Action, ResourceRecordSet: set }: client.Change): Change {
  if (Action !== 'CREATE' && Action !== 'DELETE' && Action !== 'UPSERT') {
    throw new AwsError('InvalidInput', `Invalid XML ; The value '${Action}' of element 'Action' is not valid.`);
  }
  const { Name = '', Type = '', SetIdentifier } = set ?? {};
  const name = fullName(Name);
  const parts = [`Action=${Action}`, `Name=${name}`, `Type=${Type}`, `SetIdentifier=${SetIdentifier ?? 'null'}`];
  const complain = (what: string) =>
    new AwsError('InvalidInput', `Invalid request: ${what} in Change with [${parts.join(', ')}]`);
  if (!set) throw complain("Missing field 'ResourceRecordSet'");
  checkRouting(set, complain);
  return { action: Action, record: { name, type: Type, ...contentOf(set, complain), ...routingOf(set) } };
}

const routingOf = ({ SetIdentifier, Weight, MultiValueAnswer }: Written): Partial<RecordSet> => ({
  ...(SetIdentifier !== undefined && { setId: SetIdentifier }),
  ...(Weight !== undefined && { weight: Weight }),
  ...(MultiValueAnswer !== undefined && { multiValue: MultiValueAnswer }),
});

/** Routing by these is not in the sandbox, and pretending would be worse. */
const unknown = [
  'Region',
  'GeoLocation',
  'Failover',
  'HealthCheckId',
  'TrafficPolicyInstanceId',
  'CidrRoutingConfig',
  'GeoProximityLocation',
] as const;

const policies = 'Weight, Region, Failover, GeoLocation, MultiValueAnswer, CidrRoutingConfig, or GeoProximityLocation';

function checkRouting(set: Written, complain: Complain): void {
  const strange = unknown.find((member) => set[member] !== undefined);
  if (strange) throw complain(`The sandbox does not know '${strange}'`);
  const { Weight, SetIdentifier } = set;
  const count = [Weight, set.MultiValueAnswer].filter((one) => one !== undefined).length;
  if (count > 1) throw complain(`Expected exactly one of [${policies}], but found more than one`);
  if (count === 1 && SetIdentifier === undefined) throw complain("Missing field 'SetIdentifier'");
  if (count === 0 && SetIdentifier !== undefined)
    throw complain(`Expected exactly one of [${policies}], but found none`);
  if (Weight !== undefined && !isBetween(Weight, 0, 255)) throw complain(`Weight ${Weight} is not between 0 and 255`);
}

const isBetween = (number: number, least: number, most: number): boolean =>
  Number.isInteger(number) && number >= least && number <= most;

const contents = 'AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId';

/** Either an alias, or a TTL with values. */
function contentOf(set: Written, complain: Complain): Pick<RecordSet, 'ttl' | 'values' | 'alias'> {
  const { AliasTarget, TTL, ResourceRecords = [] } = set;
  const isPlain = TTL !== undefined || ResourceRecords.length > 0;
  if (AliasTarget && isPlain) throw complain(`Expected exactly one of [${contents}], but found more than one`);
  if (AliasTarget) return { alias: aliasOf(AliasTarget) };
  if (!isPlain) throw complain(`Expected exactly one of [${contents}], but found none`);
  if (TTL === undefined) throw complain("Missing field 'TTL'");
  if (ResourceRecords.length === 0) throw complain("Missing field 'ResourceRecords'");
  if (!isBetween(TTL, 0, 2_147_483_647)) throw complain(`TTL ${TTL} is not between 0 and 2147483647`);
  return { ttl: TTL, values: ResourceRecords.map(({ Value = '' }) => Value) };
}

const aliasOf = ({ HostedZoneId = '', DNSName = '', EvaluateTargetHealth = false }: client.AliasTarget) => ({
  zoneId: HostedZoneId,
  dnsName: fullName(DNSName),
  evaluateTargetHealth: EvaluateTargetHealth,
});
