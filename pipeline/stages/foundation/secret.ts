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

/** A secret has at most 20 labels in all: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const mostLabels = 20;
/** AWSCURRENT and AWSPREVIOUS, and the label that is being added. */
const otherLabels = 3;
const labelPrefix = 'settings-';

export interface SettingsVersion {
  secretArn: string;
  payload: Payload;
  rootUrl: string;
  /** Versions that releases need, the most important first. Those beyond AWS's limit lose their label. */
  needed: string[];
}

/**
 * Puts settings and env as a version of the secret, unless it is there: the version id is a hash of the content, so the same
 * settings are the same version. A staging label of its own keeps the version for rollbacks: versions without one are removed.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export async function ensureSettingsVersion(ctx: Context, wanted: SettingsVersion): Promise<string> {
  const { secretArn } = wanted;
  const document = documentOf(wanted.payload, wanted.rootUrl);
  const version = versionOf(document, secretArn);
  const label = labelOf(version);
  const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
  const present = secret.VersionIdsToStages ?? {};
  if (present[version]?.includes(label)) return version;
  for (const id of surplusVersions(present, wanted.needed)) {
    const removal = { SecretId: secretArn, VersionStage: labelOf(id), RemoveFromVersionId: id };
    await ctx.aws.secretsManager.send(new UpdateSecretVersionStageCommand(removal));
  }
  if (present[version]) {
    const move = { SecretId: secretArn, VersionStage: label, MoveToVersionId: version };
    await ctx.aws.secretsManager.send(new UpdateSecretVersionStageCommand(move));
  } else {
    await ctx.aws.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: secretArn,
        ClientRequestToken: version,
        SecretString: document.reveal(),
        VersionStages: ['AWSCURRENT', label],
      }),
    );
  }
  return version;
}

/** Labelled versions that must go so that one more label fits: those that no release needs first, then the oldest needed. */
export function surplusVersions(present: Record<string, string[]>, needed: string[]): string[] {
  const labelled = Object.keys(present).filter((id) => present[id]?.includes(labelOf(id)));
  const rank = (id: string): number => (needed.includes(id) ? needed.indexOf(id) : Infinity);
  return labelled.toSorted((a, b) => rank(a) - rank(b)).slice(mostLabels - otherLabels);
}

const labelOf = (version: string): string => `${labelPrefix}${version.slice(0, 16)}`;

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
