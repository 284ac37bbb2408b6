import type { InstanceNetworkInterface } from '@aws-sdk/client-ec2';
import { privateDnsName, publicDnsName } from '../../engine/ec2/address.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';

/** The one network interface of an instance. */
export function networkInterface(engine: Engine, instance: InstanceRecord): InstanceNetworkInterface {
  const { privateIp, publicIp, launchedAtMs } = instance;
  const privateName = privateDnsName(engine, privateIp);
  const association = publicIp && {
    Association: { IpOwnerId: 'amazon', PublicIp: publicIp, PublicDnsName: publicDnsName(engine, publicIp) },
  };
  return {
    NetworkInterfaceId: instance.networkInterfaceId,
    Status: 'in-use',
    // As the sample answers of API_DescribeInstances.html call it.
    Description: 'Primary network interface',
    MacAddress: macAddress(privateIp),
    OwnerId: engine.state.account,
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: privateIp,
    PrivateDnsName: privateName,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: privateIp, PrivateDnsName: privateName, ...association }],
    ...association,
    Groups: groupIdentifiers(engine, instance),
    SourceDestCheck: true,
    InterfaceType: 'interface',
    Attachment: {
      AttachmentId: instance.networkInterfaceId.replace('eni-', 'eni-attach-'),
      AttachTime: new Date(launchedAtMs),
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      DeleteOnTermination: true,
      Status: 'attached',
    },
  };
}

/** A locally administered address made of the IPv4 address. */
const macAddress = (privateIp: string): string =>
  ['06', '5b', ...privateIp.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

export const groupIdentifiers = (engine: Engine, { securityGroupIds }: InstanceRecord) =>
  securityGroupIds.map((id) => ({ GroupId: id, GroupName: engine.state.ec2.securityGroups[id]?.name ?? '' }));
