import type { Snapshot, Volume, VolumeType } from '@aws-sdk/client-ec2';
import { imageOfSnapshot } from '../../engine/ec2/images.ts';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { SnapshotRecord, VolumeRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage, orderedKey } from './listing.ts';
import { readTags, tagList } from './tag-form.ts';

/** API_DescribeSnapshots.html: own ones and Amazon's. */
export const describeSnapshots: Ec2Handler<'DescribeSnapshots'> = (input, { engine }) => {
  const { account, ec2 } = engine.state;
  const { SnapshotIds, OwnerIds } = input;
  const all = SnapshotIds?.length
    ? SnapshotIds.map((id) => lookUp(ec2.snapshots, 'snap', id))
    : Object.values(ec2.snapshots);
  const isOwned = ({ ownerId }: SnapshotRecord, owner: string) =>
    owner === ownerId || (owner === 'self' && ownerId === account) || (owner === 'amazon' && ownerId !== account);
  const owned = all.filter((snapshot) => !OwnerIds?.length || OwnerIds.some((owner) => isOwned(snapshot, owner)));
  const { items, next } = listPage(applyFilters(owned, input.Filters, snapshotFields), input, {
    keyOf: (snapshot) => orderedKey(snapshot.startedAtMs, snapshot.id),
    range: [5, 1000],
    named: SnapshotIds?.length ? 'snapshotSet' : undefined,
  });
  return { Snapshots: items.map(snapshotForm), ...(next !== undefined && { NextToken: next }) };
};

/** API_CreateSnapshot.html: pending now, completed after `timing.imageMs`. It says how large, not what was on the volume. */
export const createSnapshot: Ec2Handler<'CreateSnapshot'> = (input, { engine }) => {
  const { account, ec2 } = engine.state;
  const { id: volumeId, sizeGiB, encrypted } = lookUp(ec2.volumes, 'vol', input.VolumeId);
  const tags = readTags(input.TagSpecifications, 'snapshot');
  endDryRun(input);
  const id = engine.id('snap');
  const about = { description: input.Description ?? '', startedAtMs: engine.clock.now(), tags };
  const snapshot: SnapshotRecord = { id, ownerId: account, volumeId, state: 'pending', sizeGiB, encrypted, ...about };
  ec2.snapshots[id] = snapshot;
  engine.background(`snapshot ${id}`, async () => {
    await engine.clock.sleep(engine.timing.imageMs, engine.signal);
    snapshot.state = 'completed';
    engine.save();
  });
  return snapshotForm(snapshot);
};

/** API_DeleteSnapshot.html: not while an image uses it. */
export const deleteSnapshot: Ec2Handler<'DeleteSnapshot'> = (input, { engine }) => {
  const { account, ec2 } = engine.state;
  const snapshot = lookUp(ec2.snapshots, 'snap', input.SnapshotId);
  const image = imageOfSnapshot(engine, snapshot.id);
  if (snapshot.ownerId !== account) {
    throw new AwsError('AuthFailure', `Not authorized for snapshot:${snapshot.id}`, { status: 403 });
  }
  if (image) {
    throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${image.id}`);
  }
  endDryRun(input);
  delete ec2.snapshots[snapshot.id];
  engine.save();
};

export const describeVolumes: Ec2Handler<'DescribeVolumes'> = (input, { engine }) => {
  const { volumes } = engine.state.ec2;
  const { VolumeIds } = input;
  const all = VolumeIds?.length ? VolumeIds.map((id) => lookUp(volumes, 'vol', id)) : Object.values(volumes);
  const { items, next } = listPage(applyFilters(all, input.Filters, volumeFields(engine)), input, {
    keyOf: (volume) => orderedKey(volume.createdAtMs, volume.id),
    range: [5, 1000],
    named: VolumeIds?.length ? 'volumeSet' : undefined,
  });
  return {
    Volumes: items.map((volume) => volumeForm(engine, volume)),
    ...(next !== undefined && { NextToken: next }),
  };
};

export const deleteVolume: Ec2Handler<'DeleteVolume'> = (input, { engine }) => {
  const volume = lookUp(engine.state.ec2.volumes, 'vol', input.VolumeId);
  if (volume.attachedTo !== undefined) {
    throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachedTo}`);
  }
  endDryRun(input);
  delete engine.state.ec2.volumes[volume.id];
  engine.save();
};

const snapshotForm = (snapshot: SnapshotRecord): Snapshot => ({
  SnapshotId: snapshot.id,
  VolumeId: snapshot.volumeId,
  VolumeSize: snapshot.sizeGiB,
  OwnerId: snapshot.ownerId,
  State: snapshot.state,
  Progress: snapshot.state === 'completed' ? '100%' : '0%',
  StartTime: new Date(snapshot.startedAtMs),
  Description: snapshot.description,
  Encrypted: snapshot.encrypted,
  StorageTier: 'standard',
  Tags: tagList(snapshot.tags),
});

const snapshotFields: Fields<SnapshotRecord> = {
  description: ({ description }) => description,
  encrypted: ({ encrypted }) => encrypted,
  'owner-id': ({ ownerId }) => ownerId,
  'snapshot-id': ({ id }) => id,
  'start-time': ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
  status: ({ state }) => state,
  'volume-id': ({ volumeId }) => volumeId,
  'volume-size': ({ sizeGiB }) => sizeGiB,
};

/** Where the volume is attached, as far as it is. */
function attachment(engine: Engine, { id, attachedTo }: VolumeRecord) {
  const instance = attachedTo && engine.state.ec2.instances[attachedTo];
  const device = instance && instance.blockDevices.find(({ volumeId }) => volumeId === id);
  return instance && device ? { instanceId: instance.id, ...device } : undefined;
}

function volumeForm(engine: Engine, volume: VolumeRecord): Volume {
  const attached = attachment(engine, volume);
  return {
    VolumeId: volume.id,
    Size: volume.sizeGiB,
    VolumeType: volume.type as VolumeType,
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    SnapshotId: volume.snapshotId ?? '',
    AvailabilityZone: volume.zone,
    CreateTime: new Date(volume.createdAtMs),
    MultiAttachEnabled: false,
    State: attached ? 'in-use' : 'available',
    Attachments: attached
      ? [
          {
            VolumeId: volume.id,
            InstanceId: attached.instanceId,
            Device: attached.deviceName,
            State: 'attached',
            AttachTime: new Date(attached.attachedAtMs),
            DeleteOnTermination: attached.deleteOnTermination,
          },
        ]
      : [],
    Tags: tagList(volume.tags),
  };
}

const volumeFields = (engine: Engine): Fields<VolumeRecord> => ({
  'attachment.instance-id': (volume) => attachment(engine, volume)?.instanceId,
  'attachment.device': (volume) => attachment(engine, volume)?.deviceName,
  'attachment.delete-on-termination': (volume) => attachment(engine, volume)?.deleteOnTermination,
  'availability-zone': ({ zone }) => zone,
  encrypted: ({ encrypted }) => encrypted,
  size: ({ sizeGiB }) => sizeGiB,
  'snapshot-id': ({ snapshotId }) => snapshotId,
  status: (volume) => (attachment(engine, volume) ? 'in-use' : 'available'),
  'volume-id': ({ id }) => id,
  'volume-type': ({ type }) => type,
});
