import { createHash } from 'node:crypto';
import type { LaunchTemplateVersion, RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { AmiId, BakeKey, ImageDigest } from './artifacts.ts';
import { runtimeHealthPath } from './health.ts';
import { namesOf, tagKeys, tagRecord, tagsOf } from './names.ts';
import type { Target } from './target.ts';

/** `v42`: launch template version 42. */
export type ReleaseName = `v${number}`;

/** One release, as its launch template version tells it. */
export interface Release {
  number: number;
  name: ReleaseName;
  /** Hash of all that it is made of; two versions with the same key are the same release. */
  key: string;
  ami: AmiId;
  image: ImageDigest;
  settingsVersion: string;
  bakeKey: BakeKey;
  /** Instance types, the preferred first: the others are for when there is no room for it. */
  types: string[];
  revision: string | undefined;
  createdAt: Date | undefined;
  createdBy: string | undefined;
}

/** What a release is made of, decided before it has a number. */
export interface ReleaseParts {
  ami: { id: AmiId; key: BakeKey; image: ImageDigest };
  secretArn: string;
  settingsVersion: string;
  securityGroup: string;
  /** Undefined: as the subnet says. */
  publicAddress: boolean | undefined;
  instanceProfile: string;
  rootDevice: string;
  revision: string | undefined;
}

const keyTag = 'redeploy:release-key';

/** `v42` -> 42; undefined for anything else. */
export function releaseNumber(name: string): number | undefined {
  const digits = /^v?([1-9]\d*)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The launch template data of a release. The number is predicted by the caller: AWS gives it out, the machine must know it.
 * Holds no secret, only the secret's ARN and version id.
 */
export function launchTemplateData(target: Target, parts: ReleaseParts, number: number): RequestLaunchTemplateData {
  const withNumber = dataOf(target, parts, `v${number}`);
  const tags = tagsOf(target, 'app', {
    ...releaseTags(target, parts),
    Name: `${namesOf(target).stem} v${number}`,
    [tagKeys.release]: `v${number}`,
    [keyTag]: releaseKey(target, parts),
  });
  return {
    ...withNumber,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  };
}

/** Same key, same release. The revision is not part of it: another commit with the same bundle changes nothing. */
export const releaseKey = (target: Target, parts: ReleaseParts): string =>
  createHash('sha256')
    .update(JSON.stringify([dataOf(target, parts, 'v0'), parts.ami.key, target.tags, ...target.instance.fallbackTypes]))
    .digest('hex')
    .slice(0, 32);

/** Reads a release back. Undefined for versions that are not ours or that lost the race for their number. */
export function releaseOf(version: LaunchTemplateVersion): Release | undefined {
  const data = version.LaunchTemplateData;
  const tags = tagRecord(data?.TagSpecifications?.find((spec) => spec.ResourceType === 'instance')?.Tags);
  const number = version.VersionNumber;
  if (number === undefined || tags[tagKeys.release] !== `v${number}`) return undefined;
  const tag = (key: string): string => tags[key] ?? '';
  return {
    number,
    name: `v${number}`,
    key: tag(keyTag),
    ami: data?.ImageId as AmiId,
    image: tag(tagKeys.image) as ImageDigest,
    settingsVersion: tag(tagKeys.settings),
    bakeKey: tag(tagKeys.bakeKey) as BakeKey,
    types: [data?.InstanceType ?? '', ...tag(tagKeys.fallbackTypes).split(' ').filter(Boolean)],
    revision: tags[tagKeys.revision],
    createdAt: version.CreateTime,
    createdBy: version.CreatedBy,
  };
}

const releaseTags = ({ instance }: Target, parts: ReleaseParts): Record<string, string> => ({
  [tagKeys.image]: parts.ami.image,
  [tagKeys.bakeKey]: parts.ami.key,
  [tagKeys.settings]: parts.settingsVersion,
  ...(parts.revision && { [tagKeys.revision]: parts.revision }),
  ...(instance.fallbackTypes.length > 0 && { [tagKeys.fallbackTypes]: instance.fallbackTypes.join(' ') }),
});

function dataOf(target: Target, parts: ReleaseParts, release: ReleaseName): RequestLaunchTemplateData {
  return {
    ImageId: parts.ami.id,
    InstanceType: target.instance.type as NonNullable<RequestLaunchTemplateData['InstanceType']>,
    IamInstanceProfile: { Name: parts.instanceProfile },
    ...networkOf(parts),
    UserData: Buffer.from(releaseUserData(target, parts, release)).toString('base64'),
    // Hop limit 1: the app's container on the bridge cannot reach the machine's credentials.
    MetadataOptions: {
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      HttpEndpoint: 'enabled',
      InstanceMetadataTags: 'enabled',
    },
    BlockDeviceMappings: [
      {
        DeviceName: parts.rootDevice,
        Ebs: rootVolumeOf(target),
      },
    ],
  };
}

/** Groups stand with the interface as soon as that says anything (API_RunInstances.html). */
const networkOf = ({ securityGroup, publicAddress }: ReleaseParts): RequestLaunchTemplateData =>
  publicAddress === undefined
    ? { SecurityGroupIds: [securityGroup] }
    : { NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: publicAddress, Groups: [securityGroup] }] };

function rootVolumeOf({ instance }: Target) {
  const { rootVolumeIops, rootVolumeThroughputMiBps, rootVolumeKmsKey } = instance;
  return {
    VolumeSize: instance.rootVolumeGiB,
    VolumeType: instance.rootVolumeType,
    ...(rootVolumeIops !== undefined && { Iops: rootVolumeIops }),
    ...(rootVolumeThroughputMiBps !== undefined && { Throughput: rootVolumeThroughputMiBps }),
    Encrypted: true,
    ...(rootVolumeKmsKey !== undefined && { KmsKeyId: rootVolumeKmsKey }),
    DeleteOnTermination: true,
  };
}

/**
 * cloud-config that writes the release's parameters; the units baked into the AMI do the rest. cloud-init's write_files runs
 * in its early stage, so the app need not wait for the end of cloud-init.
 */
export function releaseUserData(target: Target, parts: ReleaseParts, release: ReleaseName): string {
  const values: Record<string, string | number> = {
    RELEASE: release,
    REGION: target.region,
    PORT: target.instance.port,
    HEALTH_PATH: runtimeHealthPath,
    DRAIN_SECONDS: drainSeconds(target),
    KEEP_ALIVE_SECONDS: keepAliveSeconds(target),
    SECRET_ID: parts.secretArn,
    SECRET_VERSION: parts.settingsVersion,
    LOG_GROUP: namesOf(target).logGroup,
  };
  const content = Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  return `#cloud-config\n${JSON.stringify({ write_files: [{ path: '/etc/redeploy/release.env', permissions: '0644', content }] })}\n`;
}

/** Longer than the balancer's: a connection that the app closes first makes a 502 of the request on its way. */
export const keepAliveSeconds = (target: Target): number => target.balancer.idleTimeoutSeconds + 15;

/** DDP sockets are handed over within the deregistration delay, with 10 s to spare for requests in flight. */
export const drainSeconds = (target: Target): number => Math.max(1, target.balancer.deregistrationDelaySeconds - 10);
