import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine.ts';

/** An authorization token is good for 12 hours (ECR API reference, GetAuthorizationToken). */
const validMs = 12 * 3600 * 1000;

/** Hands out a registry password for the user `AWS`; `expiresAt` in milliseconds since the epoch. */
export function issueRegistryPassword(engine: Engine): { password: string; expiresAt: number } {
  const now = engine.clock.now();
  const { passwords } = engine.state.ecr;
  for (const [old, end] of Object.entries(passwords)) if (end <= now) delete passwords[old];
  const password = randomBytes(48).toString('base64url');
  const expiresAt = now + validMs;
  passwords[password] = expiresAt;
  engine.save();
  return { password, expiresAt };
}

/** Whether a `docker login` with user `AWS` and this password is good right now. */
export function isValidRegistryPassword(engine: Engine, password: string): boolean {
  const expiresAt = Object.hasOwn(engine.state.ecr.passwords, password)
    ? engine.state.ecr.passwords[password]
    : undefined;
  return expiresAt !== undefined && expiresAt > engine.clock.now();
}
