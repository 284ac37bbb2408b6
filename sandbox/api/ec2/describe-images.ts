import { visibleImages } from '../../engine/ec2/images.ts';
import { checkIds, notFound } from '../../engine/ec2/resources.ts';
import type { ImageRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { applyFilters, type Fields } from './filter.ts';
import type { Ec2Handler } from './handler.ts';
import { imageForm } from './image-form.ts';
import { listPage, orderedKey } from './listing.ts';

/** API_DescribeImages.html: deprecated images of others are hidden unless asked for. */
export const describeImages: Ec2Handler<'DescribeImages'> = (input, { engine }) => {
  const { account } = engine.state;
  const { ImageIds, Owners, ExecutableUsers, IncludeDeprecated } = input;
  const wanted = chosen(engine, ImageIds)
    .filter((image) => !Owners?.length || Owners.some((owner) => isOwner(image, owner, account)))
    .filter((image) => !ExecutableUsers?.length || ExecutableUsers.some((user) => mayLaunch(image, user, account)))
    .filter((image) => IncludeDeprecated === true || image.ownerId === account || !isDeprecated(engine, image));
  const found = applyFilters(wanted, input.Filters, fields);
  const { items, next } = listPage(found, input, {
    keyOf: (image) => orderedKey(image.createdAtMs, image.id),
    range: [1, 1000],
    named: ImageIds?.length ? 'imagesSet' : undefined,
  });
  return { Images: items.map(imageForm), ...(next !== undefined && { NextToken: next }) };
};

function chosen(engine: Engine, ids: string[] | undefined): ImageRecord[] {
  const images = visibleImages(engine);
  if (!ids?.length) return images;
  checkIds('ami', ids);
  const missing = ids.find((id) => !images.some((image) => image.id === id));
  if (missing !== undefined) throw notFound('ami', missing);
  return images.filter(({ id }) => ids.includes(id));
}

const isOwner = (image: ImageRecord, owner: string, account: string) =>
  owner === image.ownerId || owner === image.ownerAlias || (owner === 'self' && image.ownerId === account);

function mayLaunch(image: ImageRecord, user: string, account: string): boolean {
  if (user === 'all') return image.public;
  const id = user === 'self' ? account : user;
  return image.ownerId === id || image.launchAccounts.includes(id);
}

const isDeprecated = (engine: Engine, { deprecatedAtMs }: ImageRecord) =>
  deprecatedAtMs !== undefined && deprecatedAtMs < engine.clock.now();

const fields: Fields<ImageRecord> = {
  architecture: ({ architecture }) => architecture,
  'block-device-mapping.device-name': ({ devices }) => devices.map(({ deviceName }) => deviceName),
  'block-device-mapping.snapshot-id': ({ devices }) => devices.map(({ snapshotId }) => snapshotId),
  'block-device-mapping.volume-size': ({ devices }) => devices.map(({ sizeGiB }) => sizeGiB),
  'block-device-mapping.volume-type': ({ devices }) => devices.map(({ type }) => type),
  'block-device-mapping.encrypted': ({ devices }) => devices.map(({ encrypted }) => encrypted),
  'creation-date': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
  description: ({ description }) => description,
  'ena-support': () => true,
  hypervisor: () => 'xen',
  'image-id': ({ id }) => id,
  'image-type': () => 'machine',
  'is-public': (image) => image.public,
  name: ({ name }) => name,
  'owner-alias': ({ ownerAlias }) => ownerAlias,
  'owner-id': ({ ownerId }) => ownerId,
  'root-device-name': ({ rootDeviceName }) => rootDeviceName,
  'root-device-type': () => 'ebs',
  'source-instance-id': ({ sourceInstanceId }) => sourceInstanceId,
  state: ({ state }) => state,
  'state-reason-code': ({ stateReason }) => stateReason?.code,
  'virtualization-type': () => 'hvm',
};
