import type * as client from '@aws-sdk/client-secrets-manager';
import { describeSecret, listSecrets, listSecretVersionIds } from './secretsmanager/describe.ts';
import { updateSecretVersionStage } from './secretsmanager/labels.ts';
import * as secrets from './secretsmanager/secrets.ts';
import { getSecretValue, putSecretValue } from './secretsmanager/value.ts';
import type { Operations, Service } from './service.ts';
import { secretsNeeds } from './secretsmanager/needs.ts';

const operations: Operations<typeof client> = {
  CreateSecret: secrets.createSecret,
  UpdateSecret: secrets.updateSecret,
  DeleteSecret: secrets.deleteSecret,
  RestoreSecret: secrets.restoreSecret,
  TagResource: secrets.tagResource,
  UntagResource: secrets.untagResource,
  PutSecretValue: putSecretValue,
  GetSecretValue: getSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
  DescribeSecret: describeSecret,
  ListSecrets: listSecrets,
  ListSecretVersionIds: listSecretVersionIds,
};

/** Secrets Manager: secrets, their versions and staging labels; nothing is encrypted, nothing rotates. */
export const secretsManager: Service = {
  signingName: 'secretsmanager',
  protocol: 'json',
  load: () => import('@aws-sdk/client-secrets-manager'),
  operations,
  needs: secretsNeeds,
};
