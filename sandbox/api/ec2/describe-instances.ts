import { privateDnsName, publicDnsName } from '../../engine/ec2/address.ts';
import { instancesById, visibleInstances } from '../../engine/ec2/find.ts';
import { checkIds } from '../../engine/ec2/resources.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { applyFilters, type Fields } from './filter.ts';
import type { Ec2Handler } from './handler.ts';
import { reservations, stateForm } from './instance-form.ts';
import { listPage, orderedKey } from './listing.ts';
import { statusForm } from './status-form.ts';

/** API_DescribeInstances.html. */
export const describeInstances: Ec2Handler<'DescribeInstances'> = (input, { engine }) => {
  const found = applyFilters(chosen(engine, input.InstanceIds), input.Filters, fields(engine));
  const { items, next } = listPage(found, input, {
    keyOf: listKey,
    range: [5, 1000],
    named: input.InstanceIds && 'instancesSet',
  });
  return { Reservations: reservations(engine, items), ...(next !== undefined && { NextToken: next }) };
};

/** API_DescribeInstanceStatus.html: running ones only, unless asked for all. */
export const describeInstanceStatus: Ec2Handler<'DescribeInstanceStatus'> = (input, { engine }) => {
  const all = chosen(engine, input.InstanceIds);
  const shown = all.filter(({ state }) => input.IncludeAllInstances === true || state === 'running');
  const found = applyFilters(shown, input.Filters, statusFields(engine));
  const { items, next } = listPage(found, input, {
    keyOf: listKey,
    range: [5, 1000],
    named: input.InstanceIds && 'instancesSet',
  });
  return {
    InstanceStatuses: items.map((instance) => statusForm(engine, instance)),
    ...(next !== undefined && { NextToken: next }),
  };
};

function chosen(engine: Engine, ids: string[] | undefined): InstanceRecord[] {
  if (!ids) return visibleInstances(engine);
  checkIds('i', ids);
  return instancesById(engine, [...new Set(ids)]);
}

const listKey = (instance: InstanceRecord) =>
  orderedKey(instance.launchedAtMs, `${instance.reservationId} ${orderedKey(instance.launchIndex, instance.id)}`);

const groupNames = (engine: Engine, { securityGroupIds }: InstanceRecord) =>
  securityGroupIds.map((id) => engine.state.ec2.securityGroups[id]?.name);

const shared: Fields<InstanceRecord> = {
  'availability-zone': ({ zone }) => zone,
  'instance-state-name': ({ state }) => state,
  'instance-state-code': ({ state }) => stateForm(state).Code,
};

const fields = (engine: Engine): Fields<InstanceRecord> => ({
  ...shared,
  architecture: ({ architecture }) => architecture,
  'block-device-mapping.volume-id': ({ blockDevices }) => blockDevices.map(({ volumeId }) => volumeId),
  'block-device-mapping.device-name': ({ blockDevices }) => blockDevices.map(({ deviceName }) => deviceName),
  'client-token': ({ clientToken }) => clientToken ?? '',
  'dns-name': ({ publicIp }) => publicIp && publicDnsName(engine, publicIp),
  'group-id': ({ securityGroupIds }) => securityGroupIds,
  'group-name': (instance) => groupNames(engine, instance),
  'iam-instance-profile.arn': ({ iamInstanceProfile }) => iamInstanceProfile?.arn,
  'iam-instance-profile.id': ({ iamInstanceProfile }) => iamInstanceProfile?.id,
  'image-id': ({ imageId }) => imageId,
  'instance-id': ({ id }) => id,
  'instance-type': ({ instanceType }) => instanceType,
  'instance.group-id': ({ securityGroupIds }) => securityGroupIds,
  'instance.group-name': (instance) => groupNames(engine, instance),
  'ip-address': ({ publicIp }) => publicIp,
  'key-name': ({ keyName }) => keyName,
  'launch-index': ({ launchIndex }) => launchIndex,
  'launch-time': ({ launchedAtMs }) => new Date(launchedAtMs).toISOString(),
  'metadata-options.http-tokens': ({ metadataOptions }) => metadataOptions.httpTokens,
  'network-interface.network-interface-id': ({ networkInterfaceId }) => networkInterfaceId,
  'owner-id': () => engine.state.account,
  'private-dns-name': ({ privateIp }) => privateDnsName(engine, privateIp),
  'private-ip-address': ({ privateIp }) => privateIp,
  'requester-id': ({ requesterId }) => requesterId,
  'reservation-id': ({ reservationId }) => reservationId,
  'root-device-name': ({ rootDeviceName }) => rootDeviceName,
  'root-device-type': () => 'ebs',
  'state-reason-code': ({ stateReason }) => stateReason?.code,
  'subnet-id': ({ subnetId }) => subnetId,
  'vpc-id': ({ vpcId }) => vpcId,
});

const statusFields = (engine: Engine): Fields<InstanceRecord> => ({
  ...shared,
  'instance-status.status': (instance) => statusForm(engine, instance).InstanceStatus?.Status,
  'system-status.status': (instance) => statusForm(engine, instance).SystemStatus?.Status,
  'instance-status.reachability': (instance) => statusForm(engine, instance).InstanceStatus?.Details?.[0]?.Status,
  'system-status.reachability': (instance) => statusForm(engine, instance).SystemStatus?.Details?.[0]?.Status,
});
