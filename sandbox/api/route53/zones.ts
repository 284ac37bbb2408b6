import type * as client from '@aws-sdk/client-route-53';
import type { ChangeRecord, HostedZone } from '../../engine/route53/state.ts';
import { fullName, whyNoDomain } from '../../engine/route53/names.ts';
import { findZone, firstRecords, nameServersFor, newChange, newId } from '../../engine/route53/zones.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor, Operations } from '../service.ts';

/** Quota of hosted zones an account (developer guide, DNSLimitations.html). */
const mostZones = 500;

export const zoneForm = (zone: HostedZone): client.HostedZone => ({
  Id: `/hostedzone/${zone.id}`,
  Name: zone.name,
  CallerReference: zone.callerReference,
  Config: { ...(zone.comment !== undefined && { Comment: zone.comment }), PrivateZone: zone.vpcs.length > 0 },
  ResourceRecordSetCount: zone.records.length,
});

export const changeForm = (engine: Engine, change: ChangeRecord): client.ChangeInfo => ({
  Id: `/change/${change.id}`,
  Status: engine.clock.now() >= change.inSyncAt ? 'INSYNC' : 'PENDING',
  SubmittedAt: new Date(change.submittedAt),
  ...(change.comment !== undefined && { Comment: change.comment }),
});

const create: HandlerFor<typeof client, 'CreateHostedZone'> = (input, { engine }) => {
  const name = fullName(input.Name);
  const wrong = whyNoDomain(name);
  if (wrong !== undefined || !name.slice(0, -1).includes('.')) {
    throw new AwsError('InvalidDomainName', wrong ?? `The domain name is not valid: ${name}`);
  }
  checkNewZone(engine, input, name);
  const nameServers = nameServersFor(engine.serial());
  const comment = input.HostedZoneConfig?.Comment;
  const zone: HostedZone = {
    id: newId(engine, 'Z'),
    name,
    callerReference: input.CallerReference,
    ...(comment !== undefined && { comment }),
    vpcs: input.VPC ? [{ id: input.VPC.VPCId ?? '', region: input.VPC.VPCRegion ?? engine.state.region }] : [],
    nameServers,
    records: firstRecords(name, nameServers),
    tags: {},
  };
  engine.state.route53.zones[zone.id] = zone;
  return {
    HostedZone: zoneForm(zone),
    // A new change is pending, however soon it is through.
    ChangeInfo: { ...changeForm(engine, newChange(engine)), Status: 'PENDING' },
    ...delegation(zone),
    ...(input.VPC && { VPC: input.VPC }),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
  };
};

const delegation = ({ vpcs, nameServers }: HostedZone) =>
  vpcs.length === 0 ? { DelegationSet: { NameServers: nameServers } } : {};

function checkNewZone(engine: Engine, input: Parameters<typeof create>[0], name: string): void {
  const zones = Object.values(engine.state.route53.zones);
  if (zones.some(({ callerReference }) => callerReference === input.CallerReference)) {
    const text = 'A hosted zone has already been created with the specified caller reference.';
    throw new AwsError('HostedZoneAlreadyExists', text);
  }
  if (zones.length >= mostZones) {
    throw new AwsError('TooManyHostedZones', `This account has its ${mostZones} hosted zones already.`);
  }
  const vpcId = input.VPC?.VPCId;
  if (vpcId === undefined) return;
  if (!Object.hasOwn(engine.state.ec2.vpcs, vpcId)) {
    throw new AwsError('InvalidVPCId', `The VPC: ${vpcId} you provided is not authorized to make the association.`);
  }
  if (zones.some((zone) => zone.name === name && zone.vpcs.some(({ id }) => id === vpcId))) {
    const text = `The VPC ${vpcId} is associated with a hosted zone of the name ${name} already.`;
    throw new AwsError('ConflictingDomainExists', text);
  }
}

const remove: HandlerFor<typeof client, 'DeleteHostedZone'> = ({ Id }, { engine }) => {
  const zone = findZone(engine, Id);
  const others = zone.records.filter(({ name, type }) => name !== zone.name || (type !== 'NS' && type !== 'SOA'));
  if (others.length > 0) {
    const text = 'The specified hosted zone contains non-required resource record sets and so cannot be deleted.';
    throw new AwsError('HostedZoneNotEmpty', text);
  }
  delete engine.state.route53.zones[zone.id];
  return { ChangeInfo: { ...changeForm(engine, newChange(engine)), Status: 'PENDING' } };
};

export const zoneOperations: Operations<typeof client> = {
  CreateHostedZone: create,
  DeleteHostedZone: remove,

  GetHostedZone: ({ Id }, { engine }) => {
    const zone = findZone(engine, Id);
    const vpcs = zone.vpcs.map(({ id, region }) => ({ VPCId: id, VPCRegion: region as client.VPCRegion }));
    return { HostedZone: zoneForm(zone), ...delegation(zone), ...(vpcs.length > 0 && { VPCs: vpcs }) };
  },

  GetChange: ({ Id }, { engine }) => {
    const { changes } = engine.state.route53;
    const id = Id.replace(/^\/change\//, '');
    const found = Object.hasOwn(changes, id) ? changes[id] : undefined;
    if (!found) throw new AwsError('NoSuchChange', `A change with the specified change ID does not exist: ${id}`);
    return { ChangeInfo: changeForm(engine, found) };
  },
};
