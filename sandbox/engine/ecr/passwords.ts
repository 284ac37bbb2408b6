import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Principal } from '../iam/state.ts';

/** An authorization token is good for 12 hours (ECR API reference, GetAuthorizationToken). */
const validMs = 12 * 3600 * 1000;

/** Hands out a registry password for the user `AWS`; `expiresAt` in milliseconds since the epoch. */
export function issueRegistryPassword(engine: Engine, principal: Principal): { password: string; expiresAt: number } {
  const now = engine.clock.now();
  const { passwords } = engine.state.ecr;
  for (const [old, { expiresAt }] of Object.entries(passwords)) if (expiresAt <= now) delete passwords[old];
  const password = randomBytes(48).toString('base64url');
  const expiresAt = now + validMs;
  passwords[password] = { principal, expiresAt };
  engine.save();
  return { password, expiresAt };
}

/** Whose password this is, if a `docker login` with user `AWS` and it is good right now. */
export function holderOfPassword(engine: Engine, password: string): Principal | undefined {
  const { passwords } = engine.state.ecr;
  const issued = Object.hasOwn(passwords, password) ? passwords[password] : undefined;
  return issued && issued.expiresAt > engine.clock.now() ? issued.principal : undefined;
}
