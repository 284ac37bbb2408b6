import type * as client from '@aws-sdk/client-secrets-manager';
import type { Filter } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '../../engine/secrets/state.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { findSecret, sweepDeleted } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const date = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

/** Version ids with their labels; deprecated versions are left out (API reference, DescribeSecret). */
const stagesByVersion = (secret: Secret) =>
  Object.fromEntries(
    Object.values(secret.versions)
      .filter(({ stages }) => stages.length > 0)
      .map(({ id, stages }) => [id, stages]),
  );

const view = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  KmsKeyId: secret.kmsKeyId,
  CreatedDate: date(secret.createdAt),
  LastChangedDate: date(secret.changedAt),
  LastAccessedDate: date(secret.accessedAt),
  DeletedDate: date(secret.deletion?.requestedAt),
  Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
});

export const describeSecret: For<'DescribeSecret'> = ({ SecretId }, { engine }) => {
  const secret = findSecret(engine, SecretId);
  return { ...view(secret), VersionIdsToStages: stagesByVersion(secret) };
};

export const listSecretVersionIds: For<'ListSecretVersionIds'> = (input, { engine }) => {
  const secret = findSecret(engine, input.SecretId);
  const all = Object.values(secret.versions);
  const versions = input.IncludeDeprecated ? all : all.filter(({ stages }) => stages.length > 0);
  const found = page(versions, {
    keyOf: ({ id }) => id,
    limit: input.MaxResults ?? 100,
    token: input.NextToken,
    invalidTokenCode: 'InvalidNextTokenException',
  });
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: found.items.map(({ id, stages, createdAt }) => ({
      VersionId: id,
      // No version has an empty list of labels: one to twenty (API_SecretVersionsListEntry.html).
      ...(stages.length > 0 && { VersionStages: stages }),
      CreatedDate: date(createdAt),
    })),
    NextToken: found.next,
  };
};

/** Which texts of a secret a filter looks at; each value is a prefix (API reference, Filter). */
const filtered: Record<string, (secret: Secret) => string[]> = {
  name: ({ name }) => [name],
  description: ({ description }) => [description ?? ''],
  'tag-key': ({ tags }) => Object.keys(tags),
  'tag-value': ({ tags }) => Object.values(tags),
  all: ({ name, description, tags }) => [name, description ?? '', ...Object.keys(tags), ...Object.values(tags)],
};

/** A value with a leading `!` must not match. */
function matches(secret: Secret, { Key = 'all', Values = [] }: Filter): boolean {
  const texts = filtered[Key]?.(secret) ?? [];
  return Values.some((value) => {
    const wanted = value.startsWith('!') ? value.slice(1) : value;
    return texts.some((text) => text.startsWith(wanted)) !== value.startsWith('!');
  });
}

export const listSecrets: For<'ListSecrets'> = (input, { engine }) => {
  sweepDeleted(engine);
  const { Filters = [], IncludePlannedDeletion = false } = input;
  const secrets = Object.values(engine.state.secrets.secrets).filter(
    (secret) => (IncludePlannedDeletion || !secret.deletion) && Filters.every((filter) => matches(secret, filter)),
  );
  const found = page(secrets, {
    keyOf: ({ name }) => name,
    limit: input.MaxResults ?? 100,
    token: input.NextToken,
    invalidTokenCode: 'InvalidNextTokenException',
  });
  const list = found.items.map((secret) => ({ ...view(secret), SecretVersionsToStages: stagesByVersion(secret) }));
  return { SecretList: list, NextToken: found.next };
};
