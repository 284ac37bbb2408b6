import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { given } from './given.ts';
import type { DeviceRequest } from './launch-request.ts';
import { lookUp } from './resources.ts';
import type {
  BlockDeviceRecord,
  ImageDeviceRecord,
  ImageRecord,
  InstanceRecord,
  SnapshotRecord,
  Tags,
} from './state.ts';

type Device = Omit<ImageDeviceRecord, 'snapshotId'> & {
  snapshotId?: string | undefined;
  kmsKeyId?: string | undefined;
};

/** The image's devices with the request's laid over them by device name. Throws `InvalidBlockDeviceMapping`. */
export function mergeDevices(engine: Engine, image: ImageRecord, wanted: DeviceRequest[] = []): Device[] {
  const merged = new Map<string, Device>(image.devices.map((device) => [device.deviceName, { ...device }]));
  for (const request of wanted) {
    if (request.noDevice) merged.delete(request.deviceName);
    else merged.set(request.deviceName, overlay(engine, request, merged.get(request.deviceName)));
  }
  return [...merged.values()];
}

function overlay(engine: Engine, request: DeviceRequest, base: Device | undefined): Device {
  const { noDevice: _, ...wanted }: Partial<DeviceRequest> = { ...base, ...given(request) };
  const { snapshotId } = wanted;
  const snapshot = snapshotId === undefined ? undefined : lookUp(engine.state.ec2.snapshots, 'snap', snapshotId);
  const type = wanted.type ?? 'gp2';
  // what every gp3 volume has (ebs/latest/userguide/general-purpose.html)
  const baseline = type === 'gp3' ? { iops: 3000, throughput: 125 } : {};
  return {
    ...baseline,
    ...wanted,
    deleteOnTermination: wanted.deleteOnTermination ?? true,
    deviceName: request.deviceName,
    type,
    sizeGiB: checkSize(wanted, snapshot),
    encrypted: wanted.encrypted === true || snapshot?.encrypted === true,
  };
}

function checkSize({ deviceName, sizeGiB }: Partial<DeviceRequest>, snapshot: SnapshotRecord | undefined): number {
  const size = sizeGiB ?? snapshot?.sizeGiB;
  if (size === undefined) {
    throw new AwsError('InvalidBlockDeviceMapping', `The device '${deviceName}' needs a size or a snapshot`);
  }
  if (snapshot && size < snapshot.sizeGiB) {
    throw new AwsError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than snapshot '${snapshot.id}', expect size>= ${snapshot.sizeGiB}GB`,
    );
  }
  return size;
}

/** Makes the instance's volumes and attaches them. */
export function attachVolumes(engine: Engine, instance: InstanceRecord, devices: Device[], tags: Tags): void {
  const atMs = engine.clock.now();
  instance.blockDevices = devices.map((device): BlockDeviceRecord => {
    const { deviceName, deleteOnTermination, ...volume } = device;
    const id = engine.id('vol');
    const kmsKeyId = volume.encrypted ? (volume.kmsKeyId ?? defaultKey(engine)) : undefined;
    const attached = { zone: instance.zone, createdAtMs: atMs, attachedTo: instance.id, tags: { ...tags } };
    engine.state.ec2.volumes[id] = { ...volume, id, kmsKeyId, ...attached };
    return { deviceName, volumeId: id, deleteOnTermination, attachedAtMs: atMs };
  });
}

/** The account's own EBS key, `aws/ebs`. */
const defaultKey = (engine: Engine) =>
  `arn:aws:kms:${engine.state.region}:${engine.state.account}:key/00000000-0000-4000-8000-00000000ebce`;
