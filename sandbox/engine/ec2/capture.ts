import type { Engine } from '../engine.ts';
import { inOrder } from './in-order.ts';
import { powerCycle } from './lifecycle.ts';
import type { ImageDeviceRecord, ImageRecord, InstanceRecord, Tags } from './state.ts';

export interface CaptureRequest {
  name: string;
  description: string;
  /** Leaves a running machine running while its disk is copied. */
  noReboot: boolean;
  imageTags: Tags;
  snapshotTags: Tags;
}

/** CreateImage: a pending image with pending snapshots now; available after the copy and `timing.imageMs`, or failed. */
export function captureImage(engine: Engine, instance: InstanceRecord, request: CaptureRequest): ImageRecord {
  const { ec2, account } = engine.state;
  const id = engine.id('ami');
  const source = ec2.images[instance.imageId];
  const image: ImageRecord = {
    id,
    name: request.name,
    description: request.description,
    ownerId: account,
    public: false,
    architecture: instance.architecture,
    state: 'pending',
    createdAtMs: engine.clock.now(),
    sourceInstanceId: instance.id,
    imdsSupport: source?.imdsSupport,
    rootDeviceName: instance.rootDeviceName,
    devices: snapshotVolumes(engine, instance, id, request.snapshotTags),
    launchAccounts: [],
    disk: id,
    tags: { ...request.imageTags },
  };
  ec2.images[id] = image;
  engine.save();
  engine.background(`capture ${id}`, () => finishCapture(engine, instance, image, request.noReboot));
  return image;
}

function snapshotVolumes(engine: Engine, instance: InstanceRecord, imageId: string, tags: Tags): ImageDeviceRecord[] {
  const { ec2, account } = engine.state;
  return instance.blockDevices.flatMap(({ deviceName, volumeId, deleteOnTermination }) => {
    const volume = ec2.volumes[volumeId];
    if (!volume) return [];
    const { sizeGiB, type, iops, throughput, encrypted } = volume;
    const id = engine.id('snap');
    const description = `Created by CreateImage(${instance.id}) for ${imageId}`;
    const startedAtMs = engine.clock.now();
    const shared = { sizeGiB, encrypted, description, startedAtMs, tags: { ...tags } };
    ec2.snapshots[id] = { id, ownerId: account, volumeId, state: 'pending', ...shared };
    return [{ deviceName, snapshotId: id, sizeGiB, type, iops, throughput, encrypted, deleteOnTermination }];
  });
}

async function finishCapture(engine: Engine, instance: InstanceRecord, image: ImageRecord, noReboot: boolean) {
  let failure: string | undefined;
  try {
    await inOrder(engine, instance.id, () => copyDisk(engine, instance, image, noReboot));
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    engine.log(`${image.id}: the copy of ${instance.id} failed: ${failure}`);
  }
  await engine.clock.sleep(engine.timing.imageMs, engine.signal);
  while (engine.sky.has('stuck-images')) await engine.clock.sleep(5000, engine.signal);
  for (const { snapshotId } of image.devices) {
    const snapshot = engine.state.ec2.snapshots[snapshotId];
    if (snapshot) snapshot.state = failure === undefined ? 'completed' : 'error';
  }
  // deregistered while it was pending
  if (image.state !== 'pending') return engine.machines.removeDisk(image.disk);
  image.state = failure === undefined ? 'available' : 'failed';
  if (failure !== undefined) {
    image.stateReason = { code: 'Client.InternalError', message: `Client.InternalError: ${failure}` };
  }
  engine.save();
}

async function copyDisk(engine: Engine, instance: InstanceRecord, image: ImageRecord, noReboot: boolean) {
  const copy = async () => {
    await engine.machines.capture(instance.id, image.disk);
  };
  if (instance.state === 'running' && !noReboot) await powerCycle(engine, instance, copy);
  else await copy();
}
