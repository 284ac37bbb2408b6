import type { RouteTableRecord, VpcEndpointRecord } from './routes.ts';
import type { ElasticAddressRecord } from './elastic-record.ts';

/** What the sandbox remembers of EC2. Plain JSON; every time is in milliseconds since the epoch, every map is by id. */
export interface Ec2State {
  vpcs: Record<string, VpcRecord>;
  subnets: Record<string, SubnetRecord>;
  routeTables: Record<string, RouteTableRecord>;
  vpcEndpoints: Record<string, VpcEndpointRecord>;
  securityGroups: Record<string, SecurityGroupRecord>;
  instances: Record<string, InstanceRecord>;
  volumes: Record<string, VolumeRecord>;
  snapshots: Record<string, SnapshotRecord>;
  images: Record<string, ImageRecord>;
  launchTemplates: Record<string, LaunchTemplateRecord>;
  /** Elastic IPs, by allocation id. */
  addresses: Record<string, ElasticAddressRecord>;
  /** RunInstances and the like by client token: the same token answers with the same result for a day. */
  tokens: Record<string, TokenRecord>;
}

type InstanceId = `i-${string}`;
export type Architecture = 'x86_64' | 'arm64';
export type Tags = Record<string, string>;
type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface VpcRecord {
  id: string;
  cidr: string;
  isDefault: boolean;
  tags: Tags;
}

export interface SubnetRecord {
  id: string;
  vpcId: string;
  zone: string;
  zoneId: string;
  cidr: string;
  defaultForAz: boolean;
  /** Unset: as `defaultForAz`. */
  mapsPublicIp?: boolean | undefined;
  /** Last host number given away; addresses are not used twice until the subnet is through. */
  lastHost: number;
  tags: Tags;
}

/** One rule as DescribeSecurityGroupRules shows it: exactly one of the four sources is set. */
export interface RuleRecord {
  id: string;
  egress: boolean;
  /** `tcp`, `udp`, `icmp`, a number, or `-1` for all (then the ports are -1 too). */
  protocol: string;
  fromPort: number;
  toPort: number;
  cidr?: string | undefined;
  cidrV6?: string | undefined;
  groupId?: string | undefined;
  prefixListId?: string | undefined;
  description?: string | undefined;
  tags: Tags;
}

export interface SecurityGroupRecord {
  id: string;
  name: string;
  description: string;
  vpcId: string;
  rules: RuleRecord[];
  tags: Tags;
}

export interface MetadataOptionsRecord {
  httpTokens: 'optional' | 'required';
  httpEndpoint: 'enabled' | 'disabled';
  httpPutResponseHopLimit: number;
  instanceMetadataTags: 'enabled' | 'disabled';
}

export interface BlockDeviceRecord {
  deviceName: string;
  volumeId: string;
  deleteOnTermination: boolean;
  attachedAtMs: number;
}

export interface InstanceRecord {
  id: InstanceId;
  reservationId: string;
  /** `autoscaling.amazonaws.com` when a group made it. */
  requesterId?: string | undefined;
  launchIndex: number;
  imageId: string;
  instanceType: string;
  architecture: Architecture;
  state: InstanceState;
  /** Why it left `running`, as `StateReason` shows it. */
  stateReason?: { code: string; message: string } | undefined;
  /** `User initiated (2026-01-31 10:00:00 GMT)`. */
  transitionReason: string;
  launchedAtMs: number;
  /** When it became `running` for the last time. */
  runningAtMs?: number | undefined;
  terminatedAtMs?: number | undefined;
  /** Set while its machine died without a shutdown: state stays `running`, both status checks say impaired. */
  impairedAtMs?: number | undefined;
  subnetId: string;
  vpcId: string;
  zone: string;
  privateIp: string;
  publicIp?: string | undefined;
  networkInterfaceId: string;
  securityGroupIds: string[];
  iamInstanceProfile?: { arn: string; id: string } | undefined;
  /** Base64 as it came. */
  userData?: string | undefined;
  keyName?: string | undefined;
  metadataOptions: MetadataOptionsRecord;
  shutdownBehavior: 'stop' | 'terminate';
  apiTerminationDisabled: boolean;
  apiStopDisabled: boolean;
  ebsOptimized: boolean;
  detailedMonitoring: boolean;
  rootDeviceName: string;
  blockDevices: BlockDeviceRecord[];
  /** What the machine was booted from and with: the key of the disk, and the ports that its groups let in at launch. */
  disk: string;
  ports: number[];
  clientToken?: string | undefined;
  tags: Tags;
}

export interface VolumeRecord {
  id: string;
  sizeGiB: number;
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
  encrypted: boolean;
  kmsKeyId?: string | undefined;
  snapshotId?: string | undefined;
  zone: string;
  createdAtMs: number;
  attachedTo?: InstanceId | undefined;
  tags: Tags;
}

export interface SnapshotRecord {
  id: string;
  ownerId: string;
  volumeId: string;
  sizeGiB: number;
  encrypted: boolean;
  description: string;
  state: 'pending' | 'completed' | 'error';
  startedAtMs: number;
  tags: Tags;
}

export interface ImageDeviceRecord {
  deviceName: string;
  snapshotId: string;
  sizeGiB: number;
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
  encrypted: boolean;
  deleteOnTermination: boolean;
}

export interface ImageRecord {
  id: string;
  name: string;
  description: string;
  ownerId: string;
  ownerAlias?: string | undefined;
  public: boolean;
  architecture: Architecture;
  state: 'pending' | 'available' | 'failed' | 'deregistered';
  stateReason?: { code: string; message: string } | undefined;
  createdAtMs: number;
  deprecatedAtMs?: number | undefined;
  sourceInstanceId?: InstanceId | undefined;
  imdsSupport?: 'v2.0' | undefined;
  rootDeviceName: string;
  devices: ImageDeviceRecord[];
  /** Accounts that may launch it besides the owner. */
  launchAccounts: string[];
  /** Key of the captured disk that machines boot from. */
  disk: string;
  tags: Tags;
}

/** Launch template data as the SDK writes it (`RequestLaunchTemplateData`); it is JSON already. */
export type TemplateData = Record<string, unknown>;

export interface LaunchTemplateVersionRecord {
  version: number;
  description?: string | undefined;
  createdAtMs: number;
  createdBy: string;
  data: TemplateData;
}

export interface LaunchTemplateRecord {
  id: string;
  name: string;
  createdAtMs: number;
  createdBy: string;
  defaultVersion: number;
  /** Highest number ever given: numbers are not given again after a version is deleted. */
  lastVersion: number;
  versions: LaunchTemplateVersionRecord[];
  tags: Tags;
}

/** What a client token stands for. */
export interface TokenRecord {
  /** Hash of the parameters, to tell a retry from a different request. */
  parameters: string;
  /** Ids of what was made. */
  made: string[];
  atMs: number;
}
