import type { Engine } from '../../engine/engine.ts';
import type { Secret } from '../../engine/secrets/state.ts';
import { AwsError } from '../error.ts';

/** Forgets the secrets whose recovery window is over. */
export function sweepDeleted(engine: Engine): void {
  const { secrets } = engine.state.secrets;
  for (const [name, { deletion }] of Object.entries(secrets)) {
    if (deletion && deletion.dueAt <= engine.clock.now()) delete secrets[name];
  }
}

/** The secret of this name, ARN or ARN without its last seven characters; scheduled for deletion or not. */
export function lookUp(engine: Engine, id: string): Secret | undefined {
  sweepDeleted(engine);
  const { secrets } = engine.state.secrets;
  if (Object.hasOwn(secrets, id)) return secrets[id];
  return Object.values(secrets).find(({ arn }) => arn === id || arn.slice(0, -7) === id);
}

/** As `lookUp`; throws ResourceNotFoundException. */
export function findSecret(engine: Engine, id: string): Secret {
  const secret = lookUp(engine, id);
  if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

/** A secret that is not scheduled for deletion; throws InvalidRequestException when it is. */
export function findLiveSecret(engine: Engine, id: string): Secret {
  const secret = findSecret(engine, id);
  if (!secret.deletion) return secret;
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  throw new AwsError('InvalidRequestException', message);
}

interface TagInput {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** Tags of a request merged into `before`; at most 50 (API reference, TagResource). */
export function mergeTags(before: Record<string, string>, tags: readonly TagInput[] = []): Record<string, string> {
  const merged = { ...before };
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '' || Key.startsWith('aws:')) {
      throw new AwsError('InvalidParameterException', `Tag key '${Key}' is invalid.`);
    }
    merged[Key] = Value;
  }
  if (Object.keys(merged).length > 50)
    throw new AwsError('InvalidParameterException', 'A secret can have at most 50 tags.');
  return merged;
}
