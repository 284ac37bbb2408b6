import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import { documentOf, versionOf, type Payload } from '../../core/payload.ts';
import type { Target } from '../../core/target.ts';
import { eventually } from '../../core/wait.ts';

/** The environment's one secret; empty until the first version is put. Returns its ARN. */
export async function ensureSecret(ctx: Context, target: Target): Promise<string> {
  const { secret } = namesOf(target);
  const found = await findSecret(ctx, secret);
  if (found) return found;
  try {
    await ctx.aws.secretsManager.send(
      new CreateSecretCommand({
        Name: secret,
        Description: `Settings and environment variables of ${target.app} in ${target.environment}, one version a release`,
        Tags: tagsOf(target, 'settings'),
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ResourceExistsException')) throw error;
  }
  return await eventually(ctx, `secret ${secret}`, () => findSecret(ctx, secret));
}

/**
 * Puts settings and env as a version of the secret, unless it is there: the version id is a hash of the content, so the same
 * settings are the same version. A staging label of its own keeps the version for rollbacks: versions without one are removed.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export async function ensureSettingsVersion(
  ctx: Context,
  wanted: { secretArn: string; payload: Payload; rootUrl: string },
): Promise<string> {
  const document = documentOf(wanted.payload, wanted.rootUrl);
  const version = versionOf(document, wanted.secretArn);
  const label = `settings-${version.slice(0, 16)}`;
  const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: wanted.secretArn }));
  const labels = secret.VersionIdsToStages?.[version];
  if (!labels) {
    await ctx.aws.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: wanted.secretArn,
        ClientRequestToken: version,
        SecretString: document.reveal(),
        VersionStages: ['AWSCURRENT', label],
      }),
    );
  } else if (!labels.includes(label)) {
    await ctx.aws.secretsManager.send(
      new UpdateSecretVersionStageCommand({
        SecretId: wanted.secretArn,
        VersionStage: label,
        MoveToVersionId: version,
      }),
    );
  }
  return version;
}

async function findSecret(ctx: Context, name: string): Promise<string | undefined> {
  try {
    const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: name }));
    if (!secret.DeletedDate) return secret.ARN;
    throw new DeployError('foundation', `secret ${name} is scheduled for deletion`, {
      hint: `keep it with \`aws secretsmanager restore-secret --secret-id ${name}\``,
    });
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
