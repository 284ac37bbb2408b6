import type { MetadataOptionsRecord, Tags } from './state.ts';

/** One block device to make, laid over the image's devices by name. */
export interface DeviceRequest {
  deviceName: string;
  /** Drops the image's device of that name. */
  noDevice?: boolean;
  snapshotId?: string;
  sizeGiB?: number;
  type?: string;
  iops?: number;
  throughput?: number;
  encrypted?: boolean;
  kmsKeyId?: string;
  deleteOnTermination?: boolean;
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
  userData?: string;
  iamInstanceProfile?: { arn?: string; name?: string };
  /** Default: the VPC's default group. */
  securityGroupIds?: string[];
  /** Default: the default subnet of `zone`, or of the first zone. */
  subnetId?: string;
  zone?: string;
  keyName?: string;
  metadataOptions?: Partial<MetadataOptionsRecord>;
  blockDeviceMappings?: DeviceRequest[];
  instanceInitiatedShutdownBehavior?: 'stop' | 'terminate';
  disableApiTermination?: boolean;
  disableApiStop?: boolean;
  ebsOptimized?: boolean;
  detailedMonitoring?: boolean;
  associatePublicIp?: boolean;
  clientToken?: string;
  /** Sets the system tags aws:ec2launchtemplate:id and aws:ec2launchtemplate:version. */
  launchTemplate?: { id: string; version: number };
  /** `autoscaling.amazonaws.com` for a group's instances. */
  requesterId?: string;
  /** By resource type; system tags (aws:…) may be given here, unlike in an API call. */
  tags?: Partial<Record<'instance' | 'volume' | 'network-interface', Tags>>;
}
