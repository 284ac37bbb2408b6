import type * as client from '@aws-sdk/client-sts';
import type { Engine } from '../../engine/engine.ts';
import type { IamOidcProvider } from '../../engine/iam/state.ts';
import { isTrusted } from '../../engine/iam/trust.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { openSession } from './session.ts';
import { invalidToken, readToken, verifyToken, type Claims } from './token.ts';

/** API_AssumeRoleWithWebIdentity.html; the request bears no signature, the token does. */
export const assumeRoleWithWebIdentity: HandlerFor<typeof client, 'AssumeRoleWithWebIdentity'> = (
  input,
  { engine },
) => {
  const token = readToken(input.WebIdentityToken);
  const { claims } = token;
  const provider = findProvider(engine, claims);
  verifyToken(engine, provider.url, token);
  if (claims.exp * 1000 <= engine.clock.now()) throw new AwsError('ExpiredTokenException', 'Token expired');
  const role = Object.values(engine.state.iam.roles).find(({ arn }) => arn === input.RoleArn);
  const said = Object.entries(claims).map(([key, value]): [string, string[]] => [
    `${provider.url}:${key}`.toLowerCase(),
    [String(value)],
  ]);
  const action = 'sts:AssumeRoleWithWebIdentity';
  if (!role || !isTrusted(role, action, { Federated: provider.arn }, new Map(said))) {
    throw new AwsError('AccessDenied', `Not authorized to perform ${action}`, { status: 403 });
  }
  return {
    ...openSession(engine, role, { name: input.RoleSessionName, seconds: input.DurationSeconds }),
    SubjectFromWebIdentityToken: claims.sub,
    Audience: claims.aud,
    Provider: provider.arn,
  };
};

function findProvider(engine: Engine, { iss, aud }: Claims): IamOidcProvider {
  const url = iss.replace(/^https:\/\//, '');
  const provider = Object.values(engine.state.iam.oidcProviders).find((one) => one.url === url);
  if (!provider) throw invalidToken(`No OpenIDConnect provider found in your account for ${iss}`);
  if (!provider.clientIds.includes(aud)) throw invalidToken('Incorrect token audience');
  return provider;
}
