import {
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { filtersOf, tagsOf } from '../../core/names.ts';
import type { OldMachine } from '../../core/retire/machine.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';

const role = 'old-balancer';
const minutes = 60_000;

async function findImages(ctx: Context, filter: string, value: string) {
  const { Images = [] } = await ctx.aws.ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: filter, Values: [value] }] }),
  );
  return Images;
}

/** Half-made counts: an image of this name that is still being made is waited for, and one that failed is made again. */
export async function ensureImage(
  ctx: Context,
  target: Target,
  { machine, name }: { machine: OldMachine; name: string },
): Promise<string> {
  const [known] = await findImages(ctx, 'name', name);
  if (known?.State === 'failed') await removeImage(ctx, target, known.ImageId ?? '');
  if (!known || known.State === 'failed') {
    const Tags = tagsOf(target, role, { Name: name });
    await ctx.aws.ec2
      .send(
        new CreateImageCommand({
          InstanceId: machine.id,
          Name: name,
          Description: `The old load balancer of ${target.app} ${target.environment} before it was terminated`,
          TagSpecifications: [
            { ResourceType: 'image', Tags },
            { ResourceType: 'snapshot', Tags },
          ],
        }),
      )
      .catch((error: unknown) => {
        if (!isAwsError(error, 'InvalidAMIName.Duplicate')) throw error;
      });
  }
  return await until(ctx, `image ${name}`, { everyMs: 3000, forMs: 120 * minutes }, async () => {
    const [image] = await findImages(ctx, 'name', name);
    if (image?.State === 'available') return { done: image.ImageId ?? '' };
    if (image?.State === 'failed') throw new DeployError('retire', `EC2 could not make the image ${name}`);
    return { pending: image?.State ?? 'it does not show yet' };
  });
}

/** With its snapshots, which are found by their tags: a run that was cut off between the two finds them again. */
export async function removeImage(ctx: Context, target: Target, id: string): Promise<void> {
  const [image] = await findImages(ctx, 'image-id', id);
  if (image) await ctx.aws.ec2.send(new DeregisterImageCommand({ ImageId: id }));
  const { Snapshots = [] } = await ctx.aws.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: filtersOf(target, role) }),
  );
  for (const { SnapshotId } of Snapshots) await ctx.aws.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
}

/** Whether it can be started from. */
export const isImageThere = async (ctx: Context, id: string): Promise<boolean> =>
  (await findImages(ctx, 'image-id', id))[0]?.State === 'available';
