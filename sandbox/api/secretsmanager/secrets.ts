import { createHash } from 'node:crypto';
import type * as client from '@aws-sdk/client-secrets-manager';
import type { Engine } from '../../engine/engine.ts';
import type { Secret } from '../../engine/secrets/state.ts';
import { current } from '../../engine/secrets/versions.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { findLiveSecret, findSecret, lookUp, mergeTags } from './find.ts';
import { putVersion, readToken, readValue } from './value.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Six characters that tell a secret from an earlier one of the same name. */
function suffix(engine: Engine, name: string): string {
  const hash = createHash('sha256').update(`${name}/${engine.serial()}`).digest();
  return Array.from(hash.subarray(0, 6), (byte) => idAlphabet[byte % idAlphabet.length]).join('');
}

function newSecret(engine: Engine, name: string): Secret {
  const { account, region } = engine.state;
  const now = engine.clock.now();
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix(engine, name)}`;
  return { name, arn, createdAt: now, changedAt: now, tags: {}, versions: {} };
}

export const createSecret: For<'CreateSecret'> = (input, { engine }) => {
  const { Name: name, Description: description, KmsKeyId: kmsKeyId } = input;
  if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
    const message =
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!';
    throw new AwsError('ValidationException', message);
  }
  const value = readValue(input);
  const existing = lookUp(engine, name);
  if (existing) return createAgain(existing, input.ClientRequestToken, value);
  const secret = newSecret(engine, name);
  if (description !== undefined) secret.description = description;
  if (kmsKeyId !== undefined) secret.kmsKeyId = kmsKeyId;
  secret.tags = mergeTags({}, input.Tags);
  const version = value && putVersion(engine, secret, { id: readToken(input), ...value }, [current]);
  engine.state.secrets.secrets[name] = secret;
  return { ARN: secret.arn, Name: name, VersionId: version?.id };
};

/** The same call twice is answered the same; another one of that name is refused (API reference, CreateSecret). */
function createAgain(secret: Secret, token: string | undefined, value: ReturnType<typeof readValue>) {
  if (secret.deletion) {
    const message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    throw new AwsError('InvalidRequestException', message);
  }
  const version = token === undefined ? undefined : secret.versions[token];
  if (value && version && version.text === value.text && version.binary === value.binary) {
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id };
  }
  const message = `The operation failed because the secret ${secret.name} already exists.`;
  throw new AwsError('ResourceExistsException', message);
}

/** Unlike PutSecretValue, a token that is in use is an error even with the same value (API reference, UpdateSecret). */
export const updateSecret: For<'UpdateSecret'> = (input, { engine }) => {
  const secret = findLiveSecret(engine, input.SecretId);
  const value = readValue(input);
  const id = value && readToken(input);
  if (id !== undefined && Object.hasOwn(secret.versions, id)) {
    const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new AwsError('ResourceExistsException', message);
  }
  if (id !== undefined) putVersion(engine, secret, { id, ...value }, [current]);
  if (input.Description !== undefined) secret.description = input.Description;
  if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
  secret.changedAt = engine.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: id };
};

const dayMs = 24 * 3600 * 1000;

export const deleteSecret: For<'DeleteSecret'> = (input, { engine }) => {
  const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = input;
  checkWindow(days, force);
  const now = engine.clock.now();
  // Forced deletion of what is not there is no error (API reference, DeleteSecret).
  if (force && !lookUp(engine, SecretId)) return { Name: SecretId, DeletionDate: new Date(now) };
  const secret = force ? findSecret(engine, SecretId) : findLiveSecret(engine, SecretId);
  const { name, arn } = secret;
  const dueAt = force ? now : now + (days ?? 30) * dayMs;
  if (force) delete engine.state.secrets.secrets[name];
  else secret.deletion = { requestedAt: now, dueAt };
  return { ARN: arn, Name: name, DeletionDate: new Date(dueAt) };
};

function checkWindow(days: number | undefined, force: boolean): void {
  if (days === undefined) return;
  const wrong = force
    ? "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
    : 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).';
  if (force || days < 7 || days > 30) throw new AwsError('InvalidParameterException', wrong);
}

export const restoreSecret: For<'RestoreSecret'> = ({ SecretId }, { engine }) => {
  const secret = findSecret(engine, SecretId);
  delete secret.deletion;
  return { ARN: secret.arn, Name: secret.name };
};

export const tagResource: For<'TagResource'> = ({ SecretId, Tags }, { engine }) => {
  const secret = findLiveSecret(engine, SecretId);
  secret.tags = mergeTags(secret.tags, Tags);
};

export const untagResource: For<'UntagResource'> = ({ SecretId, TagKeys }, { engine }) => {
  const secret = findLiveSecret(engine, SecretId);
  secret.tags = Object.fromEntries(Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key)));
};
