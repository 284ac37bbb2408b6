import { generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';

/** GitHub's address as an issuer of tokens for jobs. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

/** Somebody who signs tokens as GitHub does. */
export interface Issuer {
  /** As its JWKS endpoint would tell them. */
  keys: (JsonWebKey & { kid: string })[];
  /** A token that is good for five minutes, of these claims. */
  token(claims: object): string;
}

/** Stands in for GitHub, or for somebody who would like to be taken for it. */
export function startIssuer(kid = 'the-key'): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid }],
    token: (claims) => {
      const exp = Math.floor(Date.now() / 1000) + 300;
      const text = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part({ iss: githubIssuer, aud: 'sts.amazonaws.com', exp, ...claims })}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}
