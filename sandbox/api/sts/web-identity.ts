import type * as client from '@aws-sdk/client-sts';
import type { Engine } from '../../engine/engine.ts';
import type { IamOidcProvider } from '../../engine/iam/state.ts';
import { isTrusted } from '../../engine/iam/trust.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { openSession } from './session.ts';

/** What a token says of its bearer. */
interface Claims {
  iss: string;
  aud: string;
  sub: string;
  exp: number;
}

const invalidToken = (message: string) => new AwsError('InvalidIdentityToken', message);

/** API_AssumeRoleWithWebIdentity.html; the request bears no signature. The token's own signature is not verified here. */
export const assumeRoleWithWebIdentity: HandlerFor<typeof client, 'AssumeRoleWithWebIdentity'> = (
  input,
  { engine },
) => {
  const claims = readClaims(input.WebIdentityToken);
  const provider = findProvider(engine, claims);
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

function readClaims(token: string): Claims {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const { iss, aud, sub, exp, ...others } = JSON.parse(payload) as Partial<Claims>;
    if (iss !== undefined && aud !== undefined && sub !== undefined && exp !== undefined)
      return { ...others, iss, aud, sub, exp };
  } catch {
    // Not a token at all: the same answer as for one without what it must say.
  }
  throw invalidToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
}

function findProvider(engine: Engine, { iss, aud }: Claims): IamOidcProvider {
  const url = iss.replace(/^https:\/\//, '');
  const provider = Object.values(engine.state.iam.oidcProviders).find((one) => one.url === url);
  if (!provider) throw invalidToken(`No OpenIDConnect provider found in your account for ${iss}`);
  if (!provider.clientIds.includes(aud)) throw invalidToken('Incorrect token audience');
  return provider;
}
