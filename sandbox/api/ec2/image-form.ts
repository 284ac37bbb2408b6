import type { Image, VolumeType } from '@aws-sdk/client-ec2';
import type { ImageRecord } from '../../engine/ec2/state.ts';
import { tagList } from './tag-form.ts';

/** An image as DescribeImages shows it. */
export function imageForm(image: ImageRecord): Image {
  const { deprecatedAtMs, imdsSupport, ownerAlias, sourceInstanceId, stateReason } = image;
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    ImageLocation: `${ownerAlias ?? image.ownerId}/${image.name}`,
    OwnerId: image.ownerId,
    ...(ownerAlias !== undefined && { ImageOwnerAlias: ownerAlias }),
    State: image.state,
    ...(stateReason && { StateReason: { Code: stateReason.code, Message: stateReason.message } }),
    Public: image.public,
    Architecture: image.architecture,
    ImageType: 'machine',
    CreationDate: new Date(image.createdAtMs).toISOString(),
    ...(deprecatedAtMs !== undefined && { DeprecationTime: new Date(deprecatedAtMs).toISOString() }),
    ...(imdsSupport && { ImdsSupport: imdsSupport }),
    ...(sourceInstanceId && { SourceInstanceId: sourceInstanceId }),
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: image.devices.map((device) => ({
      DeviceName: device.deviceName,
      Ebs: {
        SnapshotId: device.snapshotId,
        VolumeSize: device.sizeGiB,
        VolumeType: device.type as VolumeType,
        Iops: device.iops,
        Throughput: device.throughput,
        Encrypted: device.encrypted,
        DeleteOnTermination: device.deleteOnTermination,
      },
    })),
    BootMode: 'uefi-preferred',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    Tags: tagList(image.tags),
  };
}
