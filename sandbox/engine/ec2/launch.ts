import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { Weather } from '../weather.ts';
import { mapsPublicIp, publicAddress, takeAddress } from './address.ts';
import { attachVolumes, mergeDevices } from './block-devices.ts';
import { bootInBackground } from './boot.ts';
import { checkLaunch, type CheckedLaunch } from './launch-check.ts';
import type { LaunchRequest } from './launch-request.ts';
import { openPorts } from './ports.ts';
import type { InstanceRecord, MetadataOptionsRecord, Tags } from './state.ts';

/**
 * Makes instance records and starts their machines in the background; pending -> running after `timing.launchMs`.
 * Throws the errors of RunInstances (`InvalidAMIID.NotFound`, `InvalidSubnetID.NotFound`, …) and then makes nothing.
 */
export function launchInstances(engine: Engine, request: LaunchRequest): InstanceRecord[] {
  const checked = checkLaunch(engine, request);
  refuseWithoutRoom(engine, request, checked.subnet.zone);
  const devices = mergeDevices(engine, checked.image, request.blockDeviceMappings);
  const reservationId = engine.id('r');
  return Array.from({ length: request.count }, (_, launchIndex) => {
    const instance = { ...newInstance(engine, request, checked), reservationId, launchIndex };
    engine.state.ec2.instances[instance.id] = instance;
    attachVolumes(engine, instance, devices, request.tags?.volume ?? {});
    bootInBackground(engine, instance, 'boot');
    dieLater(engine, instance);
    engine.save();
    return instance;
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html */
function refuseWithoutRoom(engine: Engine, { instanceType }: LaunchRequest, zone: string): void {
  const isMeant = (rule: Weather) =>
    (rule.zone ?? zone) === zone && (rule.instanceType ?? instanceType) === instanceType;
  if (!engine.sky.hit('no-capacity', isMeant)) return;
  const message = `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`;
  throw new AwsError('InsufficientInstanceCapacity', message, { status: 500 });
}

/** Weather: the machine's host fails some time after the launch. */
function dieLater(engine: Engine, { id, tags }: InstanceRecord): void {
  const isMeant = ({ tag = '' }: Weather) =>
    tag === '' || `${tag.split('=')[0]}=${tags[tag.split('=')[0] ?? '']}` === tag;
  const rule = engine.sky.hit('machine-dies', isMeant);
  if (!rule) return;
  engine.background(`death of ${id}`, async () => {
    await engine.clock.sleep((rule.seconds ?? 15) * 1000, engine.signal);
    await engine.machines.kill?.(id);
  });
}

function newInstance(engine: Engine, request: LaunchRequest, checked: CheckedLaunch): InstanceRecord {
  const { image, subnet, groups, profile } = checked;
  const securityGroupIds = groups.map(({ id }) => id);
  const privateIp = takeAddress(engine, subnet);
  return {
    id: engine.id('i'),
    reservationId: '',
    requesterId: request.requesterId,
    launchIndex: 0,
    imageId: image.id,
    instanceType: request.instanceType,
    architecture: image.architecture,
    state: 'pending',
    stateReason: { code: 'pending', message: 'pending' },
    transitionReason: '',
    launchedAtMs: engine.clock.now(),
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    privateIp,
    securityGroupIds,
    // the default subnets map public addresses, as AWS makes them
    publicIp: (request.associatePublicIp ?? mapsPublicIp(subnet)) ? publicAddress(privateIp) : undefined,
    networkInterfaceId: engine.id('eni'),
    iamInstanceProfile: profile && { arn: profile.arn, id: profile.id },
    userData: request.userData,
    metadataOptions: metadataOptions(request, image.imdsSupport),
    ...switches(request),
    rootDeviceName: image.rootDeviceName,
    blockDevices: [],
    disk: image.disk,
    ports: openPorts(engine, securityGroupIds),
    clientToken: request.clientToken,
    tags: instanceTags(request),
  };
}

function switches(request: LaunchRequest) {
  return {
    shutdownBehavior: request.instanceInitiatedShutdownBehavior ?? 'stop',
    apiTerminationDisabled: request.disableApiTermination ?? false,
    apiStopDisabled: request.disableApiStop ?? false,
    ebsOptimized: request.ebsOptimized ?? false,
    detailedMonitoring: request.detailedMonitoring ?? false,
  };
}

/** An image with `imds-support v2.0` makes tokens required and the hop limit 2 (configuring-IMDS-new-instances.html). */
function metadataOptions(request: LaunchRequest, imdsSupport: 'v2.0' | undefined): MetadataOptionsRecord {
  const { httpTokens, httpEndpoint, httpPutResponseHopLimit, instanceMetadataTags } = request.metadataOptions ?? {};
  return {
    httpTokens: httpTokens ?? (imdsSupport ? 'required' : 'optional'),
    httpEndpoint: httpEndpoint ?? 'enabled',
    httpPutResponseHopLimit: httpPutResponseHopLimit ?? (imdsSupport ? 2 : 1),
    instanceMetadataTags: instanceMetadataTags ?? 'disabled',
  };
}

function instanceTags({ tags, launchTemplate }: LaunchRequest): Tags {
  const system = launchTemplate && {
    'aws:ec2launchtemplate:id': launchTemplate.id,
    'aws:ec2launchtemplate:version': String(launchTemplate.version),
  };
  return { ...tags?.instance, ...system };
}
