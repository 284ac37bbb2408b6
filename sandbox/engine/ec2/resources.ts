import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { findInstance } from './find.ts';
import type { Tags } from './state.ts';

/** What EC2 calls a kind of resource: id prefix, name in TagSpecifications, and its errors (errors-overview.html). */
interface Kind {
  type: string;
  malformed: string;
  notFound: string;
  noun: string;
}

const kinds: Record<string, Kind> = {
  i: kind('instance', 'InvalidInstanceID.Malformed', 'InvalidInstanceID.NotFound', 'instance ID'),
  ami: kind('image', 'InvalidAMIID.Malformed', 'InvalidAMIID.NotFound', 'image id'),
  snap: kind('snapshot', 'InvalidSnapshotID.Malformed', 'InvalidSnapshot.NotFound', 'snapshot'),
  vol: kind('volume', 'InvalidVolumeID.Malformed', 'InvalidVolume.NotFound', 'volume'),
  sg: kind('security-group', 'InvalidGroupId.Malformed', 'InvalidGroup.NotFound', 'security group'),
  sgr: kind(
    'security-group-rule',
    'InvalidSecurityGroupRuleId.Malformed',
    'InvalidSecurityGroupRuleId.NotFound',
    'security group rule ID',
  ),
  vpc: kind('vpc', 'InvalidVpcID.Malformed', 'InvalidVpcID.NotFound', 'vpc ID'),
  subnet: kind('subnet', 'InvalidSubnetID.Malformed', 'InvalidSubnetID.NotFound', 'subnet ID'),
  lt: kind('launch-template', 'InvalidLaunchTemplateId.Malformed', 'InvalidLaunchTemplateId.NotFound', 'template ID'),
  igw: kind('internet-gateway', 'InvalidInternetGatewayId.Malformed', 'InvalidInternetGatewayID.NotFound', 'igw ID'),
  vpce: kind('vpc-endpoint', 'InvalidVpcEndpointId.Malformed', 'InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'),
  eipalloc: kind('elastic-ip', 'InvalidAllocationID.NotFound', 'InvalidAllocationID.NotFound', 'allocation ID'),
  rtb: kind('route-table', 'InvalidRouteTableId.Malformed', 'InvalidRouteTableID.NotFound', 'route table ID'),
};

function kind(type: string, malformed: string, notFound: string, noun: string): Kind {
  return { type, malformed, notFound, noun };
}

const kindOf = (id: string) => kinds[id.slice(0, id.indexOf('-'))];

/** Throws `Invalid…Malformed` unless every id is of the form prefix-8 or -17 hex digits (resource-ids.html). */
export function checkIds(prefix: keyof typeof kinds, ids: readonly (string | undefined)[] | undefined): void {
  for (const id of ids ?? []) {
    if (id !== undefined && new RegExp(`^${prefix}-[0-9a-f]{8}([0-9a-f]{9})?$`).test(id)) continue;
    throw new AwsError(kinds[prefix]?.malformed ?? 'InvalidID', `Invalid id: "${id}" (expecting "${prefix}-...")`);
  }
}

/** The record under `id` or the kind's NotFound (Malformed) error. */
export function lookUp<T>(records: Record<string, T>, prefix: keyof typeof kinds, id: string): T {
  checkIds(prefix, [id]);
  const record = records[id];
  if (record) return record;
  throw notFound(prefix, id);
}

export function notFound(prefix: keyof typeof kinds, id: string): AwsError {
  const { notFound: code, noun } = kinds[prefix] ?? kind('resource', '', 'InvalidID', 'ID');
  const named = prefix === 'ami' ? `'[${id}]'` : `'${id}'`;
  return new AwsError(code, `The ${noun} ${named} does not exist`);
}

export interface TaggedResource {
  id: string;
  type: string;
  tags: Tags;
}

/** Whatever of EC2 has that id. Throws `InvalidID` for an unknown prefix, else the kind's Malformed or NotFound. */
export function taggedResource(engine: Engine, id: string): TaggedResource {
  const of = kindOf(id);
  if (!of) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  const prefix = id.slice(0, id.indexOf('-'));
  checkIds(prefix, [id]);
  const record = prefix === 'i' ? findInstance(engine, id) : allTagged(engine).find((resource) => resource.id === id);
  if (!record) throw notFound(prefix, id);
  return { id, type: of.type, tags: record.tags };
}

/** Everything that can carry tags. */
export function allTagged(engine: Engine): TaggedResource[] {
  const { ec2 } = engine.state;
  const groups = Object.values(ec2.securityGroups);
  const records: { id: string; tags: Tags }[] = [
    ...[ec2.instances, ec2.images, ec2.snapshots, ec2.volumes].flatMap((map) => Object.values<TaggedRecord>(map)),
    ...[ec2.launchTemplates, ec2.vpcs, ec2.subnets, ec2.routeTables, ec2.vpcEndpoints, ec2.addresses].flatMap((map) =>
      Object.values<TaggedRecord>(map),
    ),
    ...groups,
    ...groups.flatMap(({ rules }) => rules),
  ];
  return records.map(({ id, tags }) => ({ id, tags, type: kindOf(id)?.type ?? 'resource' }));
}

type TaggedRecord = { id: string; tags: Tags };
