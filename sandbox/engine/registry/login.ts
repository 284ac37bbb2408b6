import type { IncomingMessage, ServerResponse } from 'node:http';
import { holderOfPassword } from '../ecr/passwords.ts';
import type { Engine } from '../engine.ts';
import type { Principal } from '../iam/state.ts';
import { answerError, refusal } from './exchange.ts';

/** Who bears user AWS and a password of GetAuthorizationToken; anybody else is answered with a challenge. */
export function checkLogin(engine: Engine, req: IncomingMessage, res: ServerResponse): Principal | undefined {
  const [user, password] = credentialsOf(req.headers.authorization ?? '');
  const principal = user === 'AWS' && password !== undefined ? holderOfPassword(engine, password) : undefined;
  if (principal) return principal;
  if (password !== undefined && Object.hasOwn(engine.state.ecr.passwords, password)) {
    answerError(res, refusal(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.'));
    return undefined;
  }
  res.setHeader('www-authenticate', `Basic realm="http://${engine.authority}/",service="ecr.amazonaws.com"`);
  answerError(res, refusal(401, 'UNAUTHORIZED', 'authentication required'));
  return undefined;
}

function credentialsOf(authorization: string): [string, string | undefined] {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? ['', undefined] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
