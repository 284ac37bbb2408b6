import type { IncomingMessage, ServerResponse } from 'node:http';
import { isValidRegistryPassword } from '../ecr/passwords.ts';
import type { Engine } from '../engine.ts';
import { answerError, refusal } from './exchange.ts';

/** Whether the request bears user AWS and a password of GetAuthorizationToken; answers it with a challenge if not. */
export function checkLogin(engine: Engine, req: IncomingMessage, res: ServerResponse): boolean {
  const [user, password] = credentialsOf(req.headers.authorization ?? '');
  if (user === 'AWS' && password !== undefined && isValidRegistryPassword(engine, password)) return true;
  if (password !== undefined && Object.hasOwn(engine.state.ecr.passwords, password)) {
    answerError(res, refusal(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.'));
    return false;
  }
  res.setHeader('www-authenticate', `Basic realm="http://${engine.authority}/",service="ecr.amazonaws.com"`);
  answerError(res, refusal(401, 'UNAUTHORIZED', 'authentication required'));
  return false;
}

function credentialsOf(authorization: string): [string, string | undefined] {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? ['', undefined] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
