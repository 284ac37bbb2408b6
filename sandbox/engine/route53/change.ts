import { balancerZoneId } from '../elb/defaults.ts';
import { isWithin, whyNoDomain } from './names.ts';
import { sameSet, setTitle, wrongValue } from './record-set.ts';
import type { HostedZone, RecordSet } from './state.ts';

export interface Change {
  action: 'CREATE' | 'DELETE' | 'UPSERT';
  record: RecordSet;
}

/** What the record sets of a zone would be after a batch, or every reason why they must not, in Route 53's words. */
export function applyChanges(
  zone: HostedZone,
  changes: readonly Change[],
): { records: RecordSet[]; refusals: string[] } {
  let records = [...zone.records];
  const refusals: string[] = [];
  for (const change of changes) {
    const refusal = whyNotChange(zone, records, change);
    if (refusal !== undefined) refusals.push(refusal);
    else records = changed(records, change);
  }
  // Judged at the end: a batch may take away what its additions would conflict with.
  const touched = changes.filter(({ action }) => action !== 'DELETE').map(({ record }) => record);
  if (refusals.length === 0) {
    refusals.push(
      ...touched.flatMap((record) => whyConflict(zone, records, record) ?? whyNoTarget(zone, records, record) ?? []),
    );
    refusals.push(...whyNoApex(zone, records));
  }
  return { records, refusals };
}

const isSame = (a: RecordSet, b: RecordSet): boolean => a.name === b.name && a.type === b.type && a.setId === b.setId;

function changed(records: RecordSet[], { action, record }: Change): RecordSet[] {
  const others = records.filter((one) => !isSame(one, record));
  return action === 'DELETE' ? others : [...others, record];
}

function whyNotChange(zone: HostedZone, records: RecordSet[], { action, record }: Change): string | undefined {
  if (!isWithin(record.name, zone.name)) {
    return `RRSet with DNS name ${record.name} is not permitted in zone ${zone.name}`;
  }
  const known = records.find((one) => isSame(one, record));
  if (action === 'DELETE') return whyNotDelete(known, record);
  if (action === 'CREATE' && known)
    return `Tried to create resource record set ${setTitle(record)} but it already exists`;
  const badName = whyNoDomain(record.name);
  return badName === undefined ? wrongValue(record) : `FATAL problem: ${badName}`;
}

function whyNotDelete(known: RecordSet | undefined, record: RecordSet): string | undefined {
  const tried = `Tried to delete resource record set ${setTitle(record)} but`;
  if (!known) return `${tried} it was not found`;
  return sameSet(known, record) ? undefined : `${tried} the values provided do not match the current values`;
}

/** Rules between record sets of one name (developer guide, ResourceRecordTypes.html and resource-record-sets-values). */
function whyConflict(zone: HostedZone, records: RecordSet[], record: RecordSet): string | undefined {
  const { name, type } = record;
  const others = records.filter((one) => one.name === name && !isSame(one, record));
  if (type === 'CNAME' && name === zone.name) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`;
  }
  if (type === 'CNAME' && others.some((one) => one.type !== 'CNAME')) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
  }
  if (type !== 'CNAME' && others.some((one) => one.type === 'CNAME')) {
    return `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zone.name}`;
  }
  return whyMixed(
    others.filter((one) => one.type === type),
    record,
  );
}

const kindOf = ({ weight, multiValue }: RecordSet): string => {
  if (weight !== undefined) return 'weighted';
  return multiValue === true ? 'multivalue' : 'simple';
};

/** Record sets of one name and type are all of one routing policy. */
function whyMixed(others: RecordSet[], record: RecordSet): string | undefined {
  const { name, type, setId } = record;
  if (others.length === 0) return undefined;
  if (setId === undefined) {
    return `RRSet with DNS name ${name}, type ${type} cannot be created as other RRSets exist with the same name and type.`;
  }
  const strange = others.find((one) => kindOf(one) !== kindOf(record));
  if (!strange) return undefined;
  return `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${setId} cannot be created as a ${kindOf(strange)} set exists with the same name and type.`;
}

/** An alias points at a load balancer by its name, or at records of the same type in the same zone (API_AliasTarget.html). */
function whyNoTarget(zone: HostedZone, records: RecordSet[], { alias, type }: RecordSet): string | undefined {
  if (!alias) return undefined;
  const tried = `Tried to create an alias that targets ${alias.dnsName}, type ${type} in zone ${alias.zoneId}, but`;
  if (alias.zoneId === zone.id) {
    const isThere = records.some((one) => one.name === alias.dnsName && one.type === type);
    return isThere ? undefined : `${tried} that target was not found`;
  }
  if (alias.zoneId === balancerZoneId && balancerName.test(alias.dnsName)) return undefined;
  return `${tried} the alias target name does not lie within the target zone`;
}

/** The sandbox's balancers are called by their addresses. Whether one is there, nobody asks. */
const balancerName = /^(?:dualstack\.)?(?:127(?:\.\d+){3}|[\w.-]+\.elb\.amazonaws\.com)\.$/;

function whyNoApex({ name }: HostedZone, records: RecordSet[]): string[] {
  const has = (type: string) => records.some((one) => one.name === name && one.type === type);
  const refusals: string[] = [];
  if (!has('SOA')) refusals.push('A HostedZone must contain exactly one SOA record.');
  if (!has('NS')) refusals.push('A HostedZone must contain at least one NS record for the zone itself.');
  return refusals;
}
