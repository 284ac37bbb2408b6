import type * as client from '@aws-sdk/client-secrets-manager';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, needTags, tagsIn, type Needs, type Resource } from '../authorize/need.ts';
import { lookUp } from './find.ts';

/** A secret by what names it. One that is not there has the ARN that its name would make: IAM is asked first. */
function secret(engine: Engine, id: string): Resource {
  const found = lookUp(engine, id);
  if (found) return { arn: found.arn, tags: found.tags };
  return { arn: id.startsWith('arn:') ? id : arnOf(engine, 'secretsmanager', `secret:${id}`) };
}

const on = (operation: string) => (input: { SecretId: string }, engine: Engine) => [
  need(`secretsmanager:${operation}`, secret(engine, input.SecretId)),
];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export const secretsNeeds: Needs<typeof client> = {
  CreateSecret: (input, engine) => {
    const made = { ...secret(engine, input.Name), requestTags: tagsIn(input.Tags) };
    // API_CreateSecret.html, "Required permissions".
    return [need('secretsmanager:CreateSecret', made), ...needTags('secretsmanager:TagResource', made)];
  },
  UpdateSecret: on('UpdateSecret'),
  DeleteSecret: on('DeleteSecret'),
  RestoreSecret: on('RestoreSecret'),
  PutSecretValue: on('PutSecretValue'),
  GetSecretValue: on('GetSecretValue'),
  UpdateSecretVersionStage: on('UpdateSecretVersionStage'),
  DescribeSecret: on('DescribeSecret'),
  ListSecretVersionIds: on('ListSecretVersionIds'),
  UntagResource: on('UntagResource'),
  TagResource: (input, engine) => [
    need('secretsmanager:TagResource', { ...secret(engine, input.SecretId), requestTags: tagsIn(input.Tags) }),
  ],
};
