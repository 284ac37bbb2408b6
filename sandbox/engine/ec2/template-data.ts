import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { given } from './given.ts';
import type { DeviceRequest, LaunchPart, LaunchRequest } from './launch-request.ts';
import type { Tags } from './state.ts';

/** The members that RunInstances and launch templates write alike. */
export type LaunchData = Pick<RequestLaunchTemplateData, keyof RequestLaunchTemplateData & keyof RunInstancesRequest>;

type Interfaces = NonNullable<RequestLaunchTemplateData['NetworkInterfaces']>;

/** Launch parameters in the SDK's words as a part of a `LaunchRequest`; members that were not given stay undefined. */
export function readLaunchData(engine: Engine, data: LaunchData & { SubnetId?: string | undefined }): LaunchPart {
  const profile = data.IamInstanceProfile;
  return {
    imageId: data.ImageId,
    instanceType: data.InstanceType,
    userData: data.UserData,
    keyName: data.KeyName,
    iamInstanceProfile: profile && { arn: profile.Arn, name: profile.Name },
    ...readNetwork(engine, data),
    metadataOptions: readMetadataOptions(data.MetadataOptions),
    blockDeviceMappings: data.BlockDeviceMappings?.map(readDevice),
    instanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
    disableApiTermination: data.DisableApiTermination,
    disableApiStop: data.DisableApiStop,
    ebsOptimized: data.EbsOptimized,
    detailedMonitoring: data.Monitoring?.Enabled,
    tags: readTagSpecifications(data.TagSpecifications),
  };
}

function readNetwork(engine: Engine, data: LaunchData & { SubnetId?: string | undefined }): LaunchPart {
  const [first] = data.NetworkInterfaces ?? [];
  if (first && [...(data.SecurityGroupIds ?? []), ...(data.SecurityGroups ?? [])].length > 0) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  }
  return {
    securityGroupIds: readGroups(engine, data, first),
    subnetId: first?.SubnetId ?? data.SubnetId,
    associatePublicIp: first?.AssociatePublicIpAddress,
    zone: data.Placement?.AvailabilityZone,
  };
}

/** Names stand for groups of the default VPC. */
function readGroups(engine: Engine, data: LaunchData, first: Interfaces[number] | undefined): string[] | undefined {
  const ids = first?.Groups ?? data.SecurityGroupIds;
  if (!data.SecurityGroups) return ids;
  const groups = Object.values(engine.state.ec2.securityGroups);
  const named = data.SecurityGroups.map((name) => {
    const group = groups.find((each) => each.name === name);
    if (!group)
      throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`);
    return group.id;
  });
  return [...(ids ?? []), ...named];
}

function readMetadataOptions(options: LaunchData['MetadataOptions']): LaunchRequest['metadataOptions'] {
  return (
    options &&
    given({
      httpTokens: options.HttpTokens,
      httpEndpoint: options.HttpEndpoint,
      httpPutResponseHopLimit: options.HttpPutResponseHopLimit,
      instanceMetadataTags: options.InstanceMetadataTags,
    })
  );
}

function readDevice({
  DeviceName,
  NoDevice,
  Ebs = {},
}: NonNullable<LaunchData['BlockDeviceMappings']>[number]): DeviceRequest {
  return {
    deviceName: DeviceName ?? '/dev/xvda',
    noDevice: NoDevice !== undefined,
    snapshotId: Ebs.SnapshotId,
    sizeGiB: Ebs.VolumeSize,
    type: Ebs.VolumeType,
    iops: Ebs.Iops,
    throughput: Ebs.Throughput,
    encrypted: Ebs.Encrypted,
    kmsKeyId: Ebs.KmsKeyId,
    deleteOnTermination: Ebs.DeleteOnTermination,
  };
}

/** Tags by resource type; other types than those of a launch are left out. */
function readTagSpecifications(specifications: LaunchData['TagSpecifications']): LaunchRequest['tags'] {
  if (!specifications) return undefined;
  const of = (type: string): Tags =>
    Object.fromEntries(
      specifications
        .filter(({ ResourceType }) => ResourceType === type)
        .flatMap(({ Tags }) => Tags ?? [])
        .map(({ Key = '', Value = '' }) => [Key, Value]),
    );
  return { instance: of('instance'), volume: of('volume'), 'network-interface': of('network-interface') };
}

/** What is given in `over` wins; tags are merged by key, block devices by device name. */
export function mergeLaunch(base: LaunchPart, over: LaunchPart): LaunchPart {
  const types = ['instance', 'volume', 'network-interface'] as const;
  const tags = Object.fromEntries(types.map((type) => [type, { ...base.tags?.[type], ...over.tags?.[type] }]));
  const replaced = new Set(over.blockDeviceMappings?.map(({ deviceName }) => deviceName));
  const kept = base.blockDeviceMappings?.filter(({ deviceName }) => !replaced.has(deviceName)) ?? [];
  return { ...given(base), ...given(over), tags, blockDeviceMappings: [...kept, ...(over.blockDeviceMappings ?? [])] };
}
