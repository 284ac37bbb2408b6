import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
  type DescribeSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { changesOf, creation, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import { documentOf, versionOf, type Payload } from '../../core/payload.ts';
import type { Target } from '../../core/target.ts';
import { eventually } from '../../core/wait.ts';

/** The environment's one secret; empty until the first version is put. Returns its ARN. */
export async function ensureSecret(ctx: Context, target: Target): Promise<string> {
  const found = await findSecret(ctx, target);
  return found?.ARN ?? (await createSecret(ctx, target));
}

async function createSecret(ctx: Context, target: Target): Promise<string> {
  const { secret } = namesOf(target);
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
  return await eventually(ctx, `secret ${secret}`, async () => (await findSecret(ctx, target))?.ARN);
}

/** A secret has at most 20 labels in all: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const mostLabels = 20;
/** AWSCURRENT and AWSPREVIOUS, and the label that is being added. */
const otherLabels = 3;
const labelPrefix = 'settings-';

export interface SettingsVersion {
  payload: Payload;
  /** Undefined before there is a balancer. */
  rootUrl: string | undefined;
  /** Versions that releases need, the most important first. Those beyond AWS's limit lose their label. */
  needed: string[];
}

/**
 * Puts settings and env as a version of the secret, unless it is there: the version id is a hash of the content, so the same
 * settings are the same version. A staging label of its own keeps the version for rollbacks: versions without one are removed.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export async function ensureSettingsVersion(
  ctx: Context,
  secretArn: string,
  wanted: SettingsVersion & { rootUrl: string },
): Promise<string> {
  const found = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
  await performAll(ctx, settingsActs(found, wanted));
  return versionOf(documentOf(wanted.payload, wanted.rootUrl), secretArn);
}

/** What `ensureSecret` and `ensureSettingsVersion` do about what was found, and the version of the settings, if one can know. */
export function secretChanges(
  target: Target,
  found: FoundSecret | undefined,
  wanted: SettingsVersion,
): { changes: Change[]; settingsVersion: string | undefined } {
  const acts = settingsActs(found ?? {}, wanted);
  const changes = found
    ? changesOf(acts)
    : [creation(`secret ${namesOf(target).secret}`, 'secretsmanager:CreateSecret', acts)];
  return { changes, settingsVersion: found?.ARN && settingsIn(found.ARN, wanted)?.version };
}

/** The document and the version that it will have. Unknown while Meteor's ROOT_URL is the address of a balancer to come. */
function settingsIn(secretArn: string, { payload, rootUrl }: SettingsVersion) {
  if (rootUrl === undefined && payload.env.reveal()['ROOT_URL'] === undefined) return undefined;
  const document = documentOf(payload, rootUrl ?? '');
  return { document, version: versionOf(document, secretArn) };
}

type FoundSecret = Pick<DescribeSecretCommandOutput, 'ARN' | 'VersionIdsToStages'>;

function settingsActs(
  { ARN: SecretId, VersionIdsToStages: present = {} }: FoundSecret,
  wanted: SettingsVersion,
): Act[] {
  const settings = SecretId === undefined ? undefined : settingsIn(SecretId, wanted);
  const version = settings?.version ?? 'new';
  const label = labelOf(version);
  if (present[version]?.includes(label)) return [];
  const surplus = surplusVersions(present, wanted.needed).map((id) => forgetAct(SecretId, id));
  const what = `settings ${version.slice(0, 8)}`;
  if (present[version]) {
    const move = { SecretId, VersionStage: label, MoveToVersionId: version };
    const why = 'they are there, but without the label that keeps them';
    const keep: Act = {
      change: { action: 'change', what: what, why, calls: ['secretsmanager:UpdateSecretVersionStage'] },
      perform: (ctx) => ctx.aws.secretsManager.send(new UpdateSecretVersionStageCommand(move)),
    };
    return [...surplus, keep];
  }
  const put: Act = {
    change: {
      action: 'create',
      what: what,
      why: 'settings or environment variables are new',
      calls: ['secretsmanager:PutSecretValue'],
    },
    perform: async (ctx) => {
      const request = {
        SecretId,
        ClientRequestToken: version,
        SecretString: settings?.document.reveal(),
        VersionStages: ['AWSCURRENT', label],
      };
      const { VersionStages } = await ctx.aws.secretsManager.send(new PutSecretValueCommand(request));
      if (VersionStages?.includes(label)) return;
      // Settings of long ago, whose version lost its labels and is not removed yet: DescribeSecret does not show it, and the
      // request is ignored. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
      const again = { SecretId, VersionStage: label, MoveToVersionId: version };
      await ctx.aws.secretsManager.send(new UpdateSecretVersionStageCommand(again));
    },
  };
  return [...surplus, put];
}

const forgetAct = (SecretId: string | undefined, id: string): Act => ({
  change: {
    action: 'delete',
    what: `label of settings ${id.slice(0, 8)}`,
    why: `a secret has ${mostLabels} labels at most`,
    calls: ['secretsmanager:UpdateSecretVersionStage'],
  },
  perform: (ctx) =>
    ctx.aws.secretsManager.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage: labelOf(id), RemoveFromVersionId: id }),
    ),
});

/** Labelled versions that must go so that one more label fits: those that no release needs first, then the oldest needed. */
export function surplusVersions(present: Record<string, string[]>, needed: string[]): string[] {
  const labelled = Object.keys(present).filter((id) => present[id]?.includes(labelOf(id)));
  const rank = (id: string): number => (needed.includes(id) ? needed.indexOf(id) : Infinity);
  return labelled.toSorted((a, b) => rank(a) - rank(b)).slice(mostLabels - otherLabels);
}

const labelOf = (version: string): string => `${labelPrefix}${version.slice(0, 16)}`;

/** Throws `foundation` when it is on its way out. */
export async function findSecret(ctx: Context, target: Target): Promise<DescribeSecretCommandOutput | undefined> {
  const { secret: name } = namesOf(target);
  try {
    const secret = await ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: name }));
    if (!secret.DeletedDate) return secret;
    throw new DeployError('foundation', `secret ${name} is scheduled for deletion`, {
      hint: `keep it with \`aws secretsmanager restore-secret --secret-id ${name}\``,
    });
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
