import type { Image as Ec2Image, Instance } from '@aws-sdk/client-ec2';
import { changesOf, type Change } from '../../core/act.ts';
import type { AmiId, BakeKey, Image, ImageKey } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { namesOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import type { Baked } from '../ami.ts';
import { resolveBaseAmi } from './base-ami.ts';
import { adoptable, findAllBuilders, isOfBake, removalActs } from './builder.ts';
import { bakeKeyOf, failedAmiActs, lookForAmi } from './find.ts';
import { readMachineFiles } from './user-data.ts';

/** What `ensureAmi` would do; the AMI when it is there, or on its way. */
export interface AmiPlan {
  changes: Change[];
  ami: Baked | undefined;
}

/** The image as far as it is known before it is built. */
export interface PlannedImage {
  key: ImageKey | undefined;
  known: Image | undefined;
}

/** Looks at what `ensureAmi` looks at. Only reads. */
export async function planAmi(ctx: Context, target: Target, image: PlannedImage): Promise<AmiPlan> {
  const [base, files, builders] = await Promise.all([
    resolveBaseAmi(ctx, target),
    readMachineFiles(ctx),
    findAllBuilders(ctx, target),
  ]);
  const { known } = image;
  const key = known && bakeKeyOf(target, { base, files }, known);
  const found = key && (await lookForAmi(ctx, target, key));
  const changes = amiChanges(target, { found, builders, imageKey: image.key, isImageNew: !known }, ctx.clock.now());
  return { changes, ami: bakedOf(found, key, { image: known, rootDevice: base.rootDevice }) };
}

function bakedOf(
  found: Ec2Image | undefined,
  key: BakeKey | undefined,
  { image, rootDevice }: { image: Image | undefined; rootDevice: string },
): Baked | undefined {
  if (!found || !key || !image || found.State === 'failed') return undefined;
  return { key, id: found.ImageId as AmiId, image: image.digest, rootDevice };
}

interface Seen {
  found: Ec2Image | undefined;
  builders: readonly Instance[];
  imageKey: ImageKey | undefined;
  isImageNew: boolean;
}

function amiChanges(target: Target, seen: Seen, now: number): Change[] {
  const { found, builders, imageKey } = seen;
  if (found && found.State !== 'failed') return changesOf(removalActs({ target, imageKey }, builders, now));
  const alive = adoptable(builders.filter((one) => isOfBake(one, imageKey)));
  const type = target.bake.instanceType ?? target.instance.type;
  const how = alive
    ? `on builder ${alive.InstanceId}, which a run left`
    : `on a builder (${type}) that goes away afterwards`;
  const why = seen.isImageNew ? 'the image is new' : 'there is none of this image, base AMI and machine files';
  return [
    ...changesOf(failedAmiActs(found)),
    {
      action: 'create',
      what: `AMI of ${namesOf(target).stem}`,
      why: `${why}; baked ${how}`,
      calls: [...(alive ? [] : ['ec2:RunInstances']), 'ec2:CreateTags', 'ec2:CreateImage', 'ec2:TerminateInstances'],
    },
  ];
}
