import type { Instance, InstanceState, Reservation } from '@aws-sdk/client-ec2';
import { privateDnsName, publicDnsName } from '../../engine/ec2/address.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { groupIdentifiers, networkInterface } from './interface-form.ts';
import { tagList } from './tag-form.ts';

const codes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 };

export const stateForm = (state: InstanceRecord['state']): InstanceState => ({ Code: codes[state], Name: state });

/** An instance as DescribeInstances shows it; a terminated one has lost its network. */
export function instanceForm(engine: Engine, instance: InstanceRecord): Instance {
  const { iamInstanceProfile: profile, publicIp, stateReason } = instance;
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateForm(instance.state),
    StateTransitionReason: instance.transitionReason,
    ...(stateReason && { StateReason: { Code: stateReason.code, Message: stateReason.message } }),
    InstanceType: instance.instanceType as NonNullable<Instance['InstanceType']>,
    Architecture: instance.architecture,
    AmiLaunchIndex: instance.launchIndex,
    LaunchTime: new Date(instance.launchedAtMs),
    KeyName: instance.keyName,
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: instance.detailedMonitoring ? 'enabled' : 'disabled' },
    ...(instance.state !== 'terminated' && network(engine, instance)),
    PublicDnsName: publicIp ? publicDnsName(engine, publicIp) : '',
    PublicIpAddress: publicIp,
    ...(profile && { IamInstanceProfile: { Arn: profile.arn, Id: profile.id } }),
    ...hardware(instance),
    ClientToken: instance.clientToken ?? '',
    Tags: tagList(instance.tags),
    MetadataOptions: {
      State: 'applied',
      HttpTokens: instance.metadataOptions.httpTokens,
      HttpEndpoint: instance.metadataOptions.httpEndpoint,
      HttpPutResponseHopLimit: instance.metadataOptions.httpPutResponseHopLimit,
      InstanceMetadataTags: instance.metadataOptions.instanceMetadataTags,
      HttpProtocolIpv6: 'disabled',
    },
  };
}

function network(engine: Engine, instance: InstanceRecord): Instance {
  return {
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: privateDnsName(engine, instance.privateIp),
    SourceDestCheck: true,
    SecurityGroups: groupIdentifiers(engine, instance),
    NetworkInterfaces: [networkInterface(engine, instance)],
  };
}

const hardware = (instance: InstanceRecord): Instance => ({
  EbsOptimized: instance.ebsOptimized,
  EnaSupport: true,
  HibernationOptions: { Configured: false },
  Hypervisor: 'xen',
  VirtualizationType: 'hvm',
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  RootDeviceType: 'ebs',
  RootDeviceName: instance.rootDeviceName,
  BlockDeviceMappings:
    instance.state === 'terminated'
      ? []
      : instance.blockDevices.map(({ deviceName, volumeId, deleteOnTermination, attachedAtMs }) => ({
          DeviceName: deviceName,
          Ebs: {
            VolumeId: volumeId,
            Status: 'attached',
            DeleteOnTermination: deleteOnTermination,
            AttachTime: new Date(attachedAtMs),
          },
        })),
});

/** Instances under the launches that made them. */
export function reservations(engine: Engine, instances: InstanceRecord[]): Reservation[] {
  const byId = new Map<string, Reservation & { Instances: Instance[] }>();
  for (const instance of instances) {
    const { reservationId, requesterId } = instance;
    const reservation = byId.get(reservationId) ?? {
      ReservationId: reservationId,
      OwnerId: engine.state.account,
      ...(requesterId !== undefined && { RequesterId: requesterId }),
      Groups: [],
      Instances: [],
    };
    reservation.Instances.push(instanceForm(engine, instance));
    byId.set(reservationId, reservation);
  }
  return [...byId.values()];
}
