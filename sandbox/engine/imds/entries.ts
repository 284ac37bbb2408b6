import { targetLifecycleState } from '../autoscaling/lifecycle.ts';
import type { InstanceRecord } from '../ec2/state.ts';
import type { Engine } from '../engine.ts';
import { isoSeconds, type Entry } from './entry.ts';
import { iamEntries } from './role.ts';

/** Everything below /latest/ that an instance sees, by path (docs: instancedata-data-categories.html). */
export function entriesOf(engine: Engine, instance: InstanceRecord): Record<string, Entry> {
  const groups = instance.securityGroupIds.map((id) => engine.state.ec2.securityGroups[id]?.name ?? id);
  const values: Record<string, string | undefined> = {
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.launchIndex),
    hostname: hostName(engine, instance),
    'instance-action': 'none',
    'instance-id': instance.id,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.instanceType,
    'local-hostname': hostName(engine, instance),
    'local-ipv4': instance.privateIp,
    'placement/availability-zone': instance.zone,
    'placement/availability-zone-id': engine.state.ec2.subnets[instance.subnetId]?.zoneId,
    'placement/region': engine.state.region,
    profile: 'default-hvm',
    'public-ipv4': instance.publicIp,
    'reservation-id': instance.reservationId,
    'security-groups': groups.join('\n'),
    'services/domain': 'amazonaws.com',
    'services/partition': 'aws',
    'autoscaling/target-lifecycle-state': targetLifecycleState(engine, instance.id),
    ...tagValues(instance),
  };
  const present = Object.entries(values).flatMap(([path, value]) => (value === undefined ? [] : [{ path, value }]));
  const metadata: Record<string, Entry> = {
    ...Object.fromEntries(present.map(({ path, value }) => [path, () => value])),
    ...iamEntries(engine, instance),
  };
  return {
    ...Object.fromEntries(Object.entries(metadata).map(([path, entry]) => [`meta-data/${path}`, entry])),
    ...userDataEntry(instance),
    'dynamic/instance-identity/document': () => identityDocument(engine, instance),
  };
}

/** Only where the instance was launched with InstanceMetadataTags enabled. */
function tagValues({ tags, metadataOptions }: InstanceRecord): Record<string, string> {
  if (metadataOptions.instanceMetadataTags !== 'enabled') return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags/instance/${key}`, value]));
}

/** IP-based names; us-east-1 is the odd one (docs: ec2-instance-naming.html). */
function hostName({ state }: Engine, { privateIp }: InstanceRecord): string {
  const domain = state.region === 'us-east-1' ? 'ec2.internal' : `${state.region}.compute.internal`;
  return `ip-${privateIp.replaceAll('.', '-')}.${domain}`;
}

const userDataEntry = ({ userData }: InstanceRecord): Record<string, Entry> =>
  userData === undefined ? {} : { 'user-data': () => Buffer.from(userData, 'base64') };

const identityDocument = ({ state }: Engine, instance: InstanceRecord) =>
  JSON.stringify(
    {
      accountId: state.account,
      architecture: instance.architecture,
      availabilityZone: instance.zone,
      billingProducts: null,
      devpayProductCodes: null,
      imageId: instance.imageId,
      instanceId: instance.id,
      instanceType: instance.instanceType,
      kernelId: null,
      marketplaceProductCodes: null,
      pendingTime: isoSeconds(instance.launchedAtMs),
      privateIp: instance.privateIp,
      ramdiskId: null,
      region: state.region,
      version: '2017-09-30',
    },
    undefined,
    2,
  );
