import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { lookUp } from './resources.ts';
import type { ImageRecord } from './state.ts';

/** Images that this account may see and launch. Deregistered ones are kept in the state for their error only. */
export function visibleImages(engine: Engine): ImageRecord[] {
  const { account, ec2 } = engine.state;
  const open = (image: ImageRecord) =>
    image.ownerId === account || image.public || image.launchAccounts.includes(account);
  return Object.values(ec2.images).filter((image) => image.state !== 'deregistered' && open(image));
}

/** An image of this account. Throws `InvalidAMIID.NotFound`, `InvalidAMIID.Unavailable` once deregistered, `AuthFailure`. */
export function ownImage(engine: Engine, id: string): ImageRecord {
  const image = lookUp(engine.state.ec2.images, 'ami', id);
  if (image.state === 'deregistered') {
    throw new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`);
  }
  if (image.ownerId === engine.state.account) return image;
  throw new AwsError('AuthFailure', `Not authorized for image:${id}`, { status: 403 });
}

/** The image that a snapshot belongs to, while it is registered. */
export const imageOfSnapshot = (engine: Engine, snapshotId: string): ImageRecord | undefined =>
  Object.values(engine.state.ec2.images).find(
    ({ state, devices }) => state !== 'deregistered' && devices.some((device) => device.snapshotId === snapshotId),
  );

/** Takes an image out of service: no new launches; its instances go on. Snapshots stay unless asked; returns those deleted. */
export function deregisterImage(engine: Engine, image: ImageRecord, withSnapshots: boolean): string[] {
  const pending = image.state === 'pending';
  image.state = 'deregistered';
  // the copy that is under way removes the disk itself
  if (!pending) engine.background(`remove disk ${image.disk}`, () => engine.machines.removeDisk(image.disk));
  const ids = withSnapshots ? image.devices.map(({ snapshotId }) => snapshotId) : [];
  const free = ids.filter((id) => engine.state.ec2.snapshots[id] && !imageOfSnapshot(engine, id));
  for (const id of free) delete engine.state.ec2.snapshots[id];
  engine.save();
  return free;
}
