import type { IncomingMessage } from 'node:http';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { json as readJson } from 'node:stream/consumers';
import type { Engine } from '../engine/engine.ts';

/**
 * `POST /_sandbox/issuers` with `{"issuer": "https://…", "keys": [JWK]}`: with what an identity provider signs its tokens, as
 * its own JWKS endpoint would tell AWS. Returns what is wrong with the request, if anything.
 */
export async function learnIssuer(engine: Engine, request: IncomingMessage): Promise<string | undefined> {
  const told = (await readJson(request).catch(() => undefined)) as { issuer?: unknown; keys?: unknown } | undefined;
  const { issuer, keys } = told ?? {};
  if (typeof issuer !== 'string' || !issuer.startsWith('https://') || !Array.isArray(keys)) {
    return 'expected {"issuer": "https://…", "keys": [JSON Web Key]}';
  }
  const known = keys as (JsonWebKey & { kid?: string })[];
  try {
    for (const key of known) createPublicKey({ key, format: 'jwk' });
  } catch (error) {
    return `not a JSON Web Key: ${String(error)}`;
  }
  engine.state.iam.issuers[issuer.slice('https://'.length)] = known;
  engine.save();
  return undefined;
}
