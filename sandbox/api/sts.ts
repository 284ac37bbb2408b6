import type * as client from '@aws-sdk/client-sts';
import { issueRoleCredentials } from '../engine/iam/credentials.ts';
import { AwsError } from './error.ts';
import type { HandlerFor, Operations, Service } from './service.ts';

type Sts = typeof client;

const getCallerIdentity: HandlerFor<Sts, 'GetCallerIdentity'> = (_input, { caller, engine }) => ({
  Account: engine.state.account,
  Arn: caller.arn,
  UserId: caller.userId,
});

/** STS API reference, AssumeRole: sessions of 900 s up to the role's maximum, one hour unless asked. */
const assumeRole: HandlerFor<Sts, 'AssumeRole'> = (input, { engine, caller }) => {
  const { account, iam } = engine.state;
  const role = Object.values(iam.roles).find(({ arn }) => arn === input.RoleArn);
  if (!role) {
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`;
    throw new AwsError('AccessDenied', message, { status: 403 });
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(input.RoleSessionName)) {
    throw new AwsError('ValidationError', `Invalid role session name: ${input.RoleSessionName}`);
  }
  const seconds = input.DurationSeconds ?? 3600;
  if (seconds < 900 || seconds > role.maxSessionSeconds) {
    const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
    throw new AwsError('ValidationError', message);
  }
  const issued = issueRoleCredentials(engine, role.name, input.RoleSessionName, seconds);
  return {
    Credentials: {
      AccessKeyId: issued.AccessKeyId,
      SecretAccessKey: issued.SecretAccessKey,
      SessionToken: issued.Token,
      Expiration: new Date(issued.Expiration),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${input.RoleSessionName}`,
    },
  };
};

const operations: Operations<Sts> = { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole };

/** Security Token Service. */
export const sts: Service = {
  signingName: 'sts',
  protocol: 'query',
  load: () => import('@aws-sdk/client-sts'),
  operations,
};
