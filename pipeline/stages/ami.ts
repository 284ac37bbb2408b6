import { CreateImageCommand } from '@aws-sdk/client-ec2';
import type { Ami, AmiId, BakeKey, Image, ImageKey } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { DeployError, isAwsError, messageOf } from '../core/errors.ts';
import { tagKeys, tagsOf } from '../core/names.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { until } from '../core/wait.ts';
import { resolveBaseAmi } from './ami/base-ami.ts';
import { amiName, bakeKeyOf, findAmi, lookForAmi } from './ami/find.ts';
import { runBake } from './ami/bake.ts';
import { launchBuilder, removeBuilders, type Bake } from './ami/builder.ts';
import { readMachineFiles } from './ami/user-data.ts';
import type { Foundation } from './foundation.ts';

/** What the bake starts from; image and foundation may still be in the making. */
export interface AmiInput {
  imageKey: ImageKey;
  /** The image when it was in the registry already: its AMI may be there too, and then no builder is launched. */
  known: Image | undefined;
  image: Promise<Image>;
  foundation: Promise<Foundation>;
}

/** The AMI of an image, and the device that its root volume has. */
export interface Baked extends Ami {
  rootDevice: string;
}

/**
 * Finds the AMI of the image, adopts one that is still pending, or bakes it on a builder that is launched while the image is
 * still being built. The builder is gone afterwards, whatever happened. Throws `bake`.
 */
export async function ensureAmi(ctx: Context, target: Target, input: AmiInput): Promise<Outcome<Baked>> {
  const [base, files] = await Promise.all([resolveBaseAmi(ctx, target), readMachineFiles(ctx)]);
  const keyOf = (image: Image) => bakeKeyOf(target, { base, files }, image);
  const found = input.known && (await findAmi(ctx, target, keyOf(input.known)));
  const bake: Bake = { target, imageKey: input.imageKey, base, files };
  const made = await (found ? input.image : bakeUnlessThere(ctx, bake, input, keyOf));
  const key = keyOf(made);
  const id = await waitForAmi(ctx, target, key);
  // A run that was cut off after CreateImage left its machine.
  if (found) await dismissBuilders(ctx, bake);
  return {
    value: { key, id, image: made.digest, rootDevice: base.rootDevice },
    detail: id,
    reused: found?.State === 'available',
  };
}

/** A machine can be lost during the bake: to its host, or to another run of the same bake that came to its end. */
const attempts = 3;

/** A builder lives in this scope alone. Observes again once the image is known: another run may have made the AMI. */
async function bakeUnlessThere(
  ctx: Context,
  bake: Bake,
  input: AmiInput,
  keyOf: (image: Image) => BakeKey,
): Promise<Image> {
  await using _ = { [Symbol.asyncDispose]: () => dismissBuilders(ctx, bake) };
  for (let attempt = 1; ; attempt += 1) {
    const instanceId = await launchBuilder(ctx, bake, await input.foundation);
    const image = await input.image;
    const key = keyOf(image);
    const isMade = async () => (await findAmi(ctx, bake.target, key)) !== undefined;
    if (await isMade()) return image;
    const lost = await runBake(ctx, bake, { instanceId, reference: image.reference, isMade });
    const isTaken = lost === undefined && (await createAmi(ctx, bake, { instanceId, key, image }));
    if (isTaken) {
      // The machine may go as soon as the snapshot is safe: EC2 refuses images of terminated machines.
      await waitForAmi(ctx, bake.target, key);
      return image;
    }
    const reason = lost ?? 'it was terminated before its image was taken';
    if (attempt >= attempts) throw lostBuilder(instanceId, reason);
    ctx.report({ kind: 'warning', message: `builder ${instanceId} is lost (${reason}): another one is launched` });
    await removeBuilders(ctx, bake);
  }
}

const lostBuilder = (instanceId: string, reason: string): DeployError =>
  new DeployError('bake', `${attempts} builders were lost, the last one ${instanceId}: ${reason}`, {
    hint: 'deploy again; if it goes on, another bake.instanceType may help',
  });

/** Must not throw: it would hide why the bake ended. What it leaves, the next run or `redeploy repair` removes. */
async function dismissBuilders(ctx: Context, bake: Bake): Promise<void> {
  try {
    await removeBuilders({ ...ctx, signal: new AbortController().signal }, bake);
  } catch (error) {
    const message = `the builder could not be terminated (${messageOf(error)}); \`redeploy repair\` removes it`;
    ctx.report({ kind: 'warning', message });
  }
}

/** Of what was deregistered a moment ago: "allow enough time for the change to propagate" (errors-overview.html). */
const nameLimits = { everyMs: 5000, forMs: 300_000 };

/** False when the machine is not there any more. */
async function createAmi(
  ctx: Context,
  bake: Bake,
  made: { instanceId: string; key: BakeKey; image: Image },
): Promise<boolean> {
  const Name = amiName(bake.target, made.key);
  const tags = tagsOf(bake.target, 'ami', { [tagKeys.bakeKey]: made.key, [tagKeys.image]: made.image.digest });
  const request = new CreateImageCommand({
    InstanceId: made.instanceId,
    Name,
    Description: `${bake.target.app} ${made.image.digest.slice(0, 19)} on ${bake.base.id}`,
    TagSpecifications: [
      { ResourceType: 'image', Tags: tags },
      { ResourceType: 'snapshot', Tags: tags },
    ],
  });
  return await until(ctx, `AMI ${Name}`, nameLimits, async () => {
    try {
      await ctx.aws.ec2.send(request);
      return { done: true };
    } catch (error) {
      if (isAwsError(error, 'IncorrectInstanceState', 'InvalidInstanceID.NotFound')) return { done: false };
      if (!isAwsError(error, 'InvalidAMIName.Duplicate')) throw error;
    }
    // Another run made it in the meantime: adopt it. Or it is the name of one that is gone, and free again soon.
    const there = await lookForAmi(ctx, bake.target, made.key);
    return there && there.State !== 'failed' ? { done: true } : { pending: 'its name is taken' };
  });
}

async function waitForAmi(ctx: Context, target: Target, key: BakeKey): Promise<AmiId> {
  const limits = { everyMs: 2500, forMs: target.bake.timeoutSeconds * 1000 };
  return until(ctx, `AMI ${amiName(target, key)}`, limits, async () => {
    const image = await lookForAmi(ctx, target, key);
    if (image?.State === 'available') return { done: image.ImageId as AmiId };
    if (image?.State === 'failed') {
      const why = image.StateReason?.Message ?? 'AWS gives no reason';
      throw new DeployError('bake', `AMI ${image.ImageId} failed: ${why}`, {
        hint: 'deploy again: the failed AMI will be replaced',
      });
    }
    return { pending: image ? `it is ${image.State}` : 'it does not show yet' };
  });
}
