import { createHash } from 'node:crypto';
import { DeregisterImageCommand, DescribeImagesCommand, type Image as Ec2Image } from '@aws-sdk/client-ec2';
import { performAll, type Act } from '../../core/act.ts';
import type { BakeKey, Image } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';
import type { BaseAmi } from './base-ami.ts';
import { extrasOf, hashOf, type MachineFiles } from './user-data.ts';

export const amiName = (target: Target, key: BakeKey): string => `redeploy-${target.app}-${key}`;

/** Same image on the same base with the same machine files: same AMI. */
export function bakeKeyOf(
  target: Target,
  { base, files }: { base: BaseAmi; files: MachineFiles },
  image: Pick<Image, 'digest'>,
): BakeKey {
  const parts = [base.id, image.digest, target.architecture, hashOf(files), ...extrasOf(target)];
  return `k-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)}`;
}

/** Pending counts: it is adopted. A failed one is removed, its name would block the next. */
export async function findAmi(ctx: Context, target: Target, key: BakeKey): Promise<Ec2Image | undefined> {
  const found = await lookForAmi(ctx, target, key);
  await performAll(ctx, failedAmiActs(found));
  return found?.State === 'failed' ? undefined : found;
}

export async function lookForAmi(ctx: Context, target: Target, key: BakeKey): Promise<Ec2Image | undefined> {
  const filter = { Name: 'name', Values: [amiName(target, key)] };
  return (await ctx.aws.ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: [filter] }))).Images?.[0];
}

/** What `findAmi` does about an AMI that AWS could not make. */
export function failedAmiActs(found: Ec2Image | undefined): Act[] {
  if (found?.State !== 'failed') return [];
  const request = { ImageId: found.ImageId, DeleteAssociatedSnapshots: true };
  return [
    {
      change: {
        action: 'delete',
        what: `AMI ${found.ImageId}`,
        why: `AWS could not make it (${found.StateReason?.Message ?? 'no reason given'}), and its name is needed`,
        calls: ['ec2:DeregisterImage'],
      },
      perform: (ctx) => unlessGone(ctx.aws.ec2.send(new DeregisterImageCommand(request))),
    },
  ];
}

/** What was deregistered a moment ago may still be listed (EC2 errors-overview.html, "Eventual consistency"). */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAwsError(error, 'InvalidAMIID.Unavailable', 'InvalidAMIID.NotFound')) throw error;
  }
}
