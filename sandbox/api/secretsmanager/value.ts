import type * as client from '@aws-sdk/client-secrets-manager';
import type { Engine } from '../../engine/engine.ts';
import type { Secret, SecretVersion } from '../../engine/secrets/state.ts';
import { addVersion, countLabels, current, labelled, maxLabels } from '../../engine/secrets/versions.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { findLiveSecret } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** Size of a secret's value (Secrets Manager user guide, "Quotas"). */
const maxBytes = 65_536;

interface ValueInput {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
  ClientRequestToken?: string | undefined;
}

/** The value of a request; undefined when it has none. Throws for a value that is too large or double. */
export function readValue(input: ValueInput): Pick<SecretVersion, 'text' | 'binary'> | undefined {
  const { SecretString: text, SecretBinary: binary } = input;
  if (text !== undefined && binary !== undefined) {
    const message = "You can't specify both a binary secret value and a string secret value in the same secret.";
    throw new AwsError('InvalidParameterException', message);
  }
  if (text !== undefined) checkLength('secretString', Buffer.byteLength(text));
  if (binary !== undefined) checkLength('secretBinary', binary.length);
  if (text !== undefined) return { text };
  return binary === undefined ? undefined : { binary: Buffer.from(binary).toString('base64') };
}

function checkLength(member: string, bytes: number): void {
  if (bytes > 0 && bytes <= maxBytes) return;
  const limit = bytes === 0 ? 'greater than or equal to 1' : `less than or equal to ${maxBytes}`;
  const message = `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${limit}`;
  throw new AwsError('ValidationException', message);
}

/** The token becomes the version's id: 32 to 64 characters. The SDK fills it in when the caller does not. */
export function readToken({ ClientRequestToken: token }: ValueInput): string {
  if (token === undefined) {
    throw new AwsError(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  if (token.length >= 32 && token.length <= 64) return token;
  const constraint = 'Member must have length between 32 and 64';
  const message = `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: ${constraint}`;
  throw new AwsError('ValidationException', message);
}

/**
 * Puts a version, or does nothing when the same one is there already; throws ResourceExistsException when the token's
 * version holds something else (API reference, PutSecretValue, ClientRequestToken).
 */
export function putVersion(
  engine: Engine,
  secret: Secret,
  version: Pick<SecretVersion, 'id' | 'text' | 'binary'>,
  labels: readonly string[],
): SecretVersion {
  const existing = Object.hasOwn(secret.versions, version.id) ? secret.versions[version.id] : undefined;
  if (existing) {
    if (existing.text === version.text && existing.binary === version.binary) return existing;
    const message = `You can't use ClientRequestToken ${version.id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new AwsError('ResourceExistsException', message);
  }
  checkLabels(secret, labels);
  const added: SecretVersion = { ...version, createdAt: engine.clock.now(), stages: [] };
  addVersion(secret, added, labels);
  return secret.versions[version.id] ?? added;
}

/** Throws LimitExceededException when the labels of all versions together would be too many. */
export function checkLabels(secret: Secret, added: readonly string[]): void {
  if (countLabels(secret, added) <= maxLabels) return;
  const message = `The request failed because it would exceed the limit of ${maxLabels} staging labels attached across all versions of a secret.`;
  throw new AwsError('LimitExceededException', message);
}

export const putSecretValue: For<'PutSecretValue'> = (input, { engine }) => {
  const secret = findLiveSecret(engine, input.SecretId);
  const id = readToken(input);
  const value = readValue(input);
  if (!value) throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  const labels = input.VersionStages ?? [current];
  if (labels.length === 0 || labels.length > maxLabels) {
    const message = `1 validation error detected: Value at 'versionStages' failed to satisfy constraint: Member must have length between 1 and ${maxLabels}`;
    throw new AwsError('ValidationException', message);
  }
  const version = putVersion(engine, secret, { id, ...value }, labels);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: labelsOf(version) };
};

export const getSecretValue: For<'GetSecretValue'> = (input, { engine }) => {
  const secret = findLiveSecret(engine, input.SecretId);
  const version = chooseVersion(secret, input.VersionId, input.VersionStage);
  // Kept to the day, as AWS does (DescribeSecret, LastAccessedDate).
  secret.accessedAt = Math.floor(engine.clock.now() / 86_400_000) * 86_400_000;
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: labelsOf(version),
    CreatedDate: new Date(version.createdAt),
    SecretString: version.text,
    SecretBinary: version.binary === undefined ? undefined : Uint8Array.from(Buffer.from(version.binary, 'base64')),
  };
};

/** An empty list is left out: the service model has one label at least. */
const labelsOf = ({ stages }: SecretVersion) => (stages.length > 0 ? stages : undefined);

function chooseVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  if (id === undefined) {
    const label = stage ?? current;
    return labelled(secret, label) ?? missing(`staging label: ${label}`);
  }
  const version = Object.hasOwn(secret.versions, id) ? secret.versions[id] : undefined;
  if (!version) return missing(`VersionId: ${id}`);
  if (stage !== undefined && !version.stages.includes(stage)) {
    const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
    throw new AwsError('InvalidRequestException', message);
  }
  return version;
}

function missing(what: string): never {
  const message = `Secrets Manager can't find the specified secret value for ${what}`;
  throw new AwsError('ResourceNotFoundException', message);
}
