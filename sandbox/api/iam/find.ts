import { createHash } from 'node:crypto';
import type { Engine } from '../../engine/engine.ts';
import type { IamInstanceProfile, IamRole } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import { wrongTag } from '../tag-form.ts';

/** What IAM answers for names that nothing has. */
export const noSuchEntity = (message: string) => new AwsError('NoSuchEntity', message, { status: 404 });

/** The role of that name; throws NoSuchEntity. */
export function findRole(engine: Engine, name: string): IamRole {
  const { roles } = engine.state.iam;
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** A role that may be changed: not a service-linked one (UnmodifiableEntity). */
export function findOwnRole(engine: Engine, name: string): IamRole {
  const role = findRole(engine, name);
  if (!role.path.startsWith('/aws-service-role/')) return role;
  const message = `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`;
  throw new AwsError('UnmodifiableEntity', message);
}

/** The instance profile of that name; throws NoSuchEntity. */
export function findProfile(engine: Engine, name: string): IamInstanceProfile {
  const { instanceProfiles } = engine.state.iam;
  const profile = Object.hasOwn(instanceProfiles, name) ? instanceProfiles[name] : undefined;
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

/** Throws ValidationError unless `value` can be a name of IAM's (letters, digits, +=,.@_-; 1 to `max` characters). */
export function checkName(member: string, value: string, max: number): void {
  if (value.length > max) {
    const constraint = `Member must have length less than or equal to ${max}`;
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
    );
  }
  if (!/^[\w+=,.@-]+$/.test(value)) {
    const allowed = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
    throw new AwsError('ValidationError', `The specified value for ${member} is invalid. ${allowed}`);
  }
}

/** Throws ValidationError unless `path` begins and ends with a slash. */
export function checkPath(path: string): void {
  if (/^\/([\u0021-\u007E]{1,510}\/)?$/.test(path)) return;
  throw new AwsError('ValidationError', 'The specified value for path is invalid. It must begin and end with /');
}

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them (reference_identifiers.html): four letters for the kind, 17 letters and digits. */
export function uniqueId(engine: Engine, prefix: 'AROA' | 'AIPA' | 'AIDA' | 'ANPA'): string {
  const hash = createHash('sha256').update(`${prefix}/${engine.serial()}`).digest();
  return prefix + Array.from(hash.subarray(0, 17), (byte) => idAlphabet[byte % 32]).join('');
}

/** Tags of a request as a record; at most 50, keys unique without regard to case (IAM user guide, "Tagging IAM resources"). */
export function readTags(
  tags: readonly { Key: string | undefined; Value: string | undefined }[] | undefined,
  before: Record<string, string> = {},
): Record<string, string> {
  const read: Record<string, string> = { ...before };
  const seen = new Set<string>();
  for (const { Key = '', Value = '' } of tags ?? []) {
    if (seen.has(Key.toLowerCase())) {
      throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    seen.add(Key.toLowerCase());
    const wrong = wrongTag(Key, Value);
    if (wrong !== undefined) throw new AwsError('ValidationError', wrong);
    read[Key] = Value;
  }
  if (Object.keys(read).length > 50) {
    throw new AwsError('LimitExceeded', 'The number of tags has reached the maximum limit.', { status: 409 });
  }
  return read;
}
