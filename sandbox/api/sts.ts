import type * as client from '@aws-sdk/client-sts';
import { isTrusted } from '../engine/iam/trust.ts';
import { need, type Needs } from './authorize/need.ts';
import { AwsError } from './error.ts';
import type { HandlerFor, Operations, Service } from './service.ts';
import { openSession } from './sts/session.ts';
import { assumeRoleWithWebIdentity } from './sts/web-identity.ts';

type Sts = typeof client;

const getCallerIdentity: HandlerFor<Sts, 'GetCallerIdentity'> = (_input, { caller, engine }) => ({
  Account: engine.state.account,
  Arn: caller.arn,
  UserId: caller.userId,
});

/** API_AssumeRole.html: the role must trust the caller; the account itself may take on any. */
const assumeRole: HandlerFor<Sts, 'AssumeRole'> = (input, { engine, caller }) => {
  const role = Object.values(engine.state.iam.roles).find(({ arn }) => arn === input.RoleArn);
  const isAccount = caller.principal.kind === 'account';
  if (!role || !(isAccount || isTrusted(role, 'sts:AssumeRole', { AWS: caller.arn }))) {
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`;
    throw new AwsError('AccessDenied', message, { status: 403 });
  }
  return openSession(engine, role, { name: input.RoleSessionName, seconds: input.DurationSeconds });
};

const operations: Operations<Sts> = {
  GetCallerIdentity: getCallerIdentity,
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
const needs: Needs<Sts> = { AssumeRole: ({ RoleArn }) => [need('sts:AssumeRole', { arn: RoleArn })] };

/** Security Token Service. */
export const sts: Service = {
  signingName: 'sts',
  protocol: 'query',
  load: () => import('@aws-sdk/client-sts'),
  operations,
  needs,
};
