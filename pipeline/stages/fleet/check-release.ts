import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';

/** Whether a release can still be launched: its AMI and its settings are there. Throws `release` naming what is missing. */
export async function checkRelease(ctx: Context, target: Target, release: Release): Promise<void> {
  const [ami, settings] = await Promise.all([
    findAmiState(ctx, release.ami),
    hasSettings(ctx, target, release.settingsVersion),
  ]);
  const missing = [
    ...(ami === 'available' ? [] : [`AMI ${release.ami} is ${ami}`]),
    ...(settings ? [] : [`settings version ${release.settingsVersion.slice(0, 8)} is gone from Secrets Manager`]),
  ];
  if (missing.length === 0) return;
  throw new DeployError('release', `${release.name} cannot be launched any more: ${missing.join(' and ')}`, {
    hint: 'choose another release (`redeploy releases`), or deploy the old revision anew',
  });
}

async function findAmiState(ctx: Context, id: string): Promise<string> {
  try {
    const { Images } = await ctx.aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
    return Images?.[0]?.State ?? 'gone';
  } catch (error) {
    if (isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable')) return 'gone';
    throw error;
  }
}

async function hasSettings(ctx: Context, target: Target, version: string): Promise<boolean> {
  try {
    const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: namesOf(target).secret }));
    return secret.VersionIdsToStages?.[version] !== undefined;
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return false;
    throw error;
  }
}
