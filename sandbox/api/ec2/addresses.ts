import type { Address } from '@aws-sdk/client-ec2';
import { associate, disassociate, freeElasticAddress } from '../../engine/ec2/elastic.ts';
import { instancesById } from '../../engine/ec2/find.ts';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { ElasticAddressRecord } from '../../engine/ec2/elastic-record.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { readTags, tagList } from './tag-form.ts';

/** Addresses a region, unless the user asks for more (elastic-ip-addresses-eip.html). */
const mostAddresses = 5;

export const allocateAddress: Ec2Handler<'AllocateAddress'> = (input, { engine }) => {
  const { ec2, region } = engine.state;
  const tags = readTags(input.TagSpecifications, 'elastic-ip');
  if (Object.keys(ec2.addresses).length >= mostAddresses) {
    throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
  }
  endDryRun(input);
  const record: ElasticAddressRecord = { id: engine.id('eipalloc'), publicIp: freeElasticAddress(engine), tags };
  ec2.addresses[record.id] = record;
  engine.save();
  return {
    PublicIp: record.publicIp,
    AllocationId: record.id,
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
    Domain: 'vpc',
  };
};

/** API_DescribeAddresses.html: no pages; named ones must be there. */
export const describeAddresses: Ec2Handler<'DescribeAddresses'> = (input, { engine }) => {
  const { addresses } = engine.state.ec2;
  const { AllocationIds = [], PublicIps = [] } = input;
  const named = [
    ...AllocationIds.map((id) => lookUp(addresses, 'eipalloc', id)),
    ...PublicIps.map((address) => byPublicIp(engine, address)),
  ];
  const all = named.length > 0 ? named : Object.values(addresses);
  return { Addresses: applyFilters(all, input.Filters, fieldsOf(engine)).map((one) => addressForm(engine, one)) };
};

/** API_AssociateAddress.html. */
export const associateAddress: Ec2Handler<'AssociateAddress'> = (input, { engine }) => {
  const { AllocationId, InstanceId } = input;
  if (AllocationId === undefined)
    throw new AwsError('MissingParameter', 'Either public IP or allocation id must be specified');
  const address = lookUp(engine.state.ec2.addresses, 'eipalloc', AllocationId);
  if (InstanceId === undefined)
    throw new AwsError('MissingParameter', 'Either instance ID or network interface id must be specified');
  const [instance] = instancesById(engine, [InstanceId]);
  if (!instance || !['running', 'stopped', 'stopping'].includes(instance.state)) {
    const message = `The ${instance?.state} instance '${InstanceId}' is not in a valid state for this operation.`;
    throw new AwsError('InvalidInstanceID', message);
  }
  const isElsewhere = address.instanceId !== undefined && address.instanceId !== InstanceId;
  // "If you want an address that is associated already to be reassociated, say so": since 2013 that is the default.
  if (isElsewhere && input.AllowReassociation === false) {
    const message = `resource ${AllocationId} is already associated with associate-id ${address.associationId}`;
    throw new AwsError('Resource.AlreadyAssociated', message);
  }
  endDryRun(input);
  if (address.instanceId !== InstanceId) associate(engine, address, instance);
  engine.save();
  return { AssociationId: address.associationId };
};

export const disassociateAddress: Ec2Handler<'DisassociateAddress'> = (input, { engine }) => {
  const { AssociationId = '' } = input;
  const address = Object.values(engine.state.ec2.addresses).find(
    ({ associationId }) => associationId === AssociationId,
  );
  if (!address) {
    throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`);
  }
  endDryRun(input);
  disassociate(engine, address);
  engine.save();
  return {};
};

/** API_ReleaseAddress.html: not while it leads somewhere in a VPC that is not the default one. */
export const releaseAddress: Ec2Handler<'ReleaseAddress'> = (input, { engine }) => {
  const { addresses, instances, vpcs } = engine.state.ec2;
  if (input.AllocationId === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter AllocationId');
  const address = lookUp(addresses, 'eipalloc', input.AllocationId);
  const instance = address.instanceId === undefined ? undefined : instances[address.instanceId];
  if (instance && !vpcs[instance.vpcId]?.isDefault) {
    throw new AwsError('InvalidIPAddress.InUse', `The address ${address.publicIp} is in use.`);
  }
  endDryRun(input);
  disassociate(engine, address);
  delete addresses[address.id];
  engine.save();
};

function byPublicIp(engine: Engine, publicIp: string): ElasticAddressRecord {
  const found = Object.values(engine.state.ec2.addresses).find((one) => one.publicIp === publicIp);
  if (found) return found;
  throw new AwsError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`);
}

const instanceOf = (engine: Engine, { instanceId }: ElasticAddressRecord) =>
  instanceId === undefined ? undefined : engine.state.ec2.instances[instanceId];

function addressForm(engine: Engine, address: ElasticAddressRecord): Address {
  const instance = instanceOf(engine, address);
  return {
    AllocationId: address.id,
    PublicIp: address.publicIp,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: engine.state.region,
    Tags: tagList(address.tags),
    ...(instance && {
      InstanceId: instance.id,
      AssociationId: address.associationId,
      NetworkInterfaceId: instance.networkInterfaceId,
      NetworkInterfaceOwnerId: engine.state.account,
      PrivateIpAddress: instance.privateIp,
    }),
  };
}

const fieldsOf = (engine: Engine): Fields<ElasticAddressRecord> => ({
  'allocation-id': ({ id }) => id,
  'association-id': ({ associationId }) => associationId,
  domain: () => 'vpc',
  'instance-id': ({ instanceId }) => instanceId,
  'network-border-group': () => engine.state.region,
  'network-interface-id': (address) => instanceOf(engine, address)?.networkInterfaceId,
  'private-ip-address': (address) => instanceOf(engine, address)?.privateIp,
  'public-ip': ({ publicIp }) => publicIp,
});
