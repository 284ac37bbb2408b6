import type { InstanceRecord } from '../ec2/state.ts';
import type { Engine } from '../engine.ts';
import { issueRoleCredentials, type RoleCredentials } from '../iam/credentials.ts';
import { isoSeconds, type Entry } from './entry.ts';

/** New credentials are there before the old ones end, so that nobody is caught with dead ones (iam-roles-for-amazon-ec2.html). */
const renewBeforeMs = 3600_000;

const issued = new WeakMap<Engine, Map<string, RoleCredentials>>();

/** `iam/…`: only for instances with a profile; credentials only while the profile has a role. */
export function iamEntries(engine: Engine, instance: InstanceRecord): Record<string, Entry> {
  const profile = instance.iamInstanceProfile;
  if (!profile) return {};
  const role = roleName(engine, profile.arn);
  const updated = () => isoSeconds(engine.clock.now());
  const info = () =>
    json({
      Code: 'Success',
      LastUpdated: updated(),
      InstanceProfileArn: profile.arn,
      InstanceProfileId: profile.id,
    });
  if (role === undefined) return { 'iam/info': info };
  return {
    'iam/info': info,
    [`iam/security-credentials/${role}`]: () => {
      const { AccessKeyId, SecretAccessKey, Token, Expiration } = credentialsFor(engine, instance.id, role);
      return json({
        Code: 'Success',
        LastUpdated: updated(),
        Type: 'AWS-HMAC',
        AccessKeyId,
        SecretAccessKey,
        Token,
        Expiration: isoSeconds(Expiration),
      });
    },
  };
}

function roleName(engine: Engine, profileArn: string): string | undefined {
  const { instanceProfiles } = engine.state.iam;
  return Object.values(instanceProfiles).find(({ arn }) => arn === profileArn)?.roles[0];
}

function credentialsFor(engine: Engine, instanceId: string, role: string): RoleCredentials {
  const mine = issued.get(engine) ?? new Map<string, RoleCredentials>();
  issued.set(engine, mine);
  const key = `${instanceId}/${role}`;
  const old = mine.get(key);
  if (old && old.Expiration - engine.clock.now() > renewBeforeMs) return old;
  const fresh = issueRoleCredentials(engine, role, instanceId);
  mine.set(key, fresh);
  return fresh;
}

const json = (value: object) => JSON.stringify(value, undefined, 2);
