import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';

/** What a token says of its bearer. */
export interface Claims {
  iss: string;
  aud: string;
  sub: string;
  exp: number;
}

/** A JSON Web Token in its parts. */
export interface Token {
  header: { alg?: string; kid?: string };
  claims: Claims;
  /** What the signature is of. */
  signed: string;
  signature: Buffer;
}

export const invalidToken = (message: string) => new AwsError('InvalidIdentityToken', message);

/** Takes a token apart; throws InvalidIdentityToken. */
export function readToken(token: string): Token {
  const [head = '', payload = '', signature = ''] = token.split('.');
  try {
    const { iss, aud, sub, exp, ...others } = decode(payload) as Partial<Claims>;
    if (iss !== undefined && aud !== undefined && sub !== undefined && exp !== undefined) {
      const claims = { ...others, iss, aud, sub, exp };
      const signed = `${head}.${payload}`;
      return {
        header: decode(head) as Token['header'],
        claims,
        signed,
        signature: Buffer.from(signature, 'base64url'),
      };
    }
  } catch {
    // Not a token at all: the same answer as for one without what it must say.
  }
  throw invalidToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
}

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/** RSA and, since November 2024, ECDSA ("AWS STS support for ECDSA-based signatures of OIDC tokens"). */
const algorithms = new Map(
  ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'].map((name) => [name, `sha${name.slice(2)}`]),
);

/**
 * Throws InvalidIdentityToken unless a key of its issuer signed the token. The sandbox asks nobody on the network for keys:
 * they are told by `POST /_sandbox/issuers`.
 */
export function verifyToken({ state }: Engine, url: string, { header, signed, signature }: Token): void {
  const { issuers } = state.iam;
  const keys = (Object.hasOwn(issuers, url) ? issuers[url] : undefined) ?? [];
  const key: (JsonWebKey & { kid?: string }) | undefined = keys.find(({ kid }) => kid === header.kid);
  const algorithm = algorithms.get(header.alg ?? '');
  if (!key || algorithm === undefined) {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  const using = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  if (!verify(algorithm, Buffer.from(signed), using, signature)) throw invalidToken('Token signature invalid');
}
