import type { MetadataOptionsRecord, Tags } from './state.ts';

/** One block device to make, laid over the image's devices by name. */
export interface DeviceRequest {
  deviceName: string;
  /** Drops the image's device of that name. */
  noDevice?: boolean | undefined;
  snapshotId?: string | undefined;
  sizeGiB?: number | undefined;
  type?: string | undefined;
  iops?: number | undefined;
  throughput?: number | undefined;
  encrypted?: boolean | undefined;
  kmsKeyId?: string | undefined;
  deleteOnTermination?: boolean | undefined;
}

/**
 * What RunInstances and the autoscaler launch: a resolved launch template merged with the call's own parameters
 * (`launchRequest` makes it).
 */
export interface LaunchRequest {
  imageId: string;
  instanceType: string;
  count: number;
  /** Base64, at most 16 KB when decoded. */
  userData?: string | undefined;
  iamInstanceProfile?: { arn?: string | undefined; name?: string | undefined } | undefined;
  /** Default: the VPC's default group. */
  securityGroupIds?: string[] | undefined;
  /** Default: the default subnet of `zone`, or of the first zone. */
  subnetId?: string | undefined;
  zone?: string | undefined;
  keyName?: string | undefined;
  metadataOptions?: Partial<MetadataOptionsRecord> | undefined;
  blockDeviceMappings?: DeviceRequest[] | undefined;
  instanceInitiatedShutdownBehavior?: 'stop' | 'terminate' | undefined;
  disableApiTermination?: boolean | undefined;
  disableApiStop?: boolean | undefined;
  ebsOptimized?: boolean | undefined;
  detailedMonitoring?: boolean | undefined;
  associatePublicIp?: boolean | undefined;
  clientToken?: string | undefined;
  /** Sets the system tags aws:ec2launchtemplate:id and aws:ec2launchtemplate:version. */
  launchTemplate?: { id: string; version: number } | undefined;
  /** `autoscaling.amazonaws.com` for a group's instances. */
  requesterId?: string | undefined;
  /** By resource type; system tags (aws:…) may be given here, unlike in an API call. */
  tags?: Partial<Record<'instance' | 'volume' | 'network-interface', Tags>> | undefined;
}

/** A part of a launch request, to be laid over another. */
export type LaunchPart = { [Key in keyof LaunchRequest]?: LaunchRequest[Key] | undefined };
