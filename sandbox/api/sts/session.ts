import type { Engine } from '../../engine/engine.ts';
import { issueRoleCredentials } from '../../engine/iam/credentials.ts';
import type { IamRole } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';

/** Credentials of a role as STS answers them: for 900 s up to the role's maximum, one hour unless asked. Throws ValidationError. */
export function openSession(
  engine: Engine,
  role: IamRole,
  { name, seconds = 3600 }: { name: string; seconds: number | undefined },
) {
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw new AwsError('ValidationError', `Invalid role session name: ${name}`);
  if (seconds < 900 || seconds > role.maxSessionSeconds) {
    const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
    throw new AwsError('ValidationError', message);
  }
  const issued = issueRoleCredentials(engine, role.name, name, seconds);
  return {
    Credentials: {
      AccessKeyId: issued.AccessKeyId,
      SecretAccessKey: issued.SecretAccessKey,
      SessionToken: issued.Token,
      Expiration: new Date(issued.Expiration),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: `arn:aws:sts::${engine.state.account}:assumed-role/${role.name}/${name}`,
    },
  };
}
