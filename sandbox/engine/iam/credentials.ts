import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine.ts';

/** Temporary credentials as the instance metadata service and AssumeRole give them out. */
export interface RoleCredentials {
  AccessKeyId: string;
  SecretAccessKey: string;
  Token: string;
  /** Milliseconds since the epoch. */
  Expiration: number;
}

/** Temporary access keys begin with these letters (IAM user guide, "Unique identifiers"). */
export const temporaryKeyPrefix = 'ASIA';

const keyAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const letters = (length: number) => Array.from(randomBytes(length), (byte) => keyAlphabet[byte % 32]).join('');

/** A key and its secret. */
export const newAccessKey = (prefix: 'AKIA' | 'ASIA') => ({
  AccessKeyId: prefix + letters(16),
  SecretAccessKey: randomBytes(30).toString('base64'),
});

/** Issues credentials for a role, good for `seconds` (instance roles: six hours). The role need not be looked up again. */
export function issueRoleCredentials(
  engine: Engine,
  roleName: string,
  sessionName: string,
  seconds = 6 * 3600,
): RoleCredentials {
  forgetOldSessions(engine);
  const credentials = {
    ...newAccessKey(temporaryKeyPrefix),
    Token: randomBytes(96).toString('base64'),
    Expiration: engine.clock.now() + seconds * 1000,
  };
  engine.state.iam.sessions[credentials.AccessKeyId] = {
    roleName,
    sessionName,
    secret: credentials.SecretAccessKey,
    token: credentials.Token,
    expiresAt: credentials.Expiration,
  };
  engine.save();
  return credentials;
}

/** Keys stay known for a day after their end, so that they are refused as expired rather than taken for somebody else's. */
function forgetOldSessions(engine: Engine): void {
  const { sessions } = engine.state.iam;
  const longGone = engine.clock.now() - 24 * 3600 * 1000;
  for (const [key, session] of Object.entries(sessions)) if (session.expiresAt < longGone) delete sessions[key];
}
