import { createHash } from 'node:crypto';
import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';

const keptMs = 24 * 3_600_000;

/** One idempotent request (ec2-api-idempotency.html). */
export interface IdempotentRequest {
  operation: string;
  token: string | undefined;
  /** What has to be the same in a retry. */
  parameters: unknown;
}

/**
 * The ids that an earlier request with this token made, or those that `make` makes now. A failed request leaves no
 * trace. Throws `IdempotentParameterMismatch`.
 */
export function onceByToken(engine: Engine, request: IdempotentRequest, make: () => string[]): string[] {
  const { tokens } = engine.state.ec2;
  const now = engine.clock.now();
  for (const [key, { atMs }] of Object.entries(tokens)) if (now - atMs > keptMs) delete tokens[key];
  if (!request.token) return make();
  if (request.token.length > 64) throw new AwsError('InvalidClientToken', 'ClientToken is longer than 64 characters');
  const key = `${request.operation} ${request.token}`;
  const parameters = fingerprint(request.parameters);
  const before = tokens[key];
  if (before && before.parameters !== parameters) {
    throw new AwsError(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
  if (before) return before.made;
  const made = make();
  tokens[key] = { parameters, made, atMs: now };
  engine.save();
  return made;
}

const fingerprint = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(value, (_, member: unknown) => inKeyOrder(member)))
    .digest('hex');

function inKeyOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
