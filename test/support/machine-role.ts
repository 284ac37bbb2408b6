import { authorize } from '../../sandbox/api/authorize.ts';
import { services } from '../../sandbox/api/services.ts';
import { issueRoleCredentials } from '../../sandbox/engine/iam/credentials.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { keyOf } from './sandbox.ts';

/** An access key of the role that a machine was launched with, as the machine's metadata would give it. */
export function roleKey(sandbox: Sandbox, instanceId: string): ReturnType<typeof keyOf> {
  const issued = issueRoleCredentials(sandbox.engine, roleOf(sandbox, instanceId), instanceId);
  return keyOf({ ...issued, SessionToken: issued.Token });
}

/** Throws as AWS would unless the machine's role may do this; nothing is done. */
export function machineMay(
  sandbox: Sandbox,
  instanceId: string,
  call: { service: string; operation: string; input: Record<string, unknown> },
): void {
  const role = roleOf(sandbox, instanceId);
  const service = services.find(({ signingName }) => signingName === call.service);
  if (!service) throw new Error(`the sandbox has no service ${call.service}`);
  const { account } = sandbox.engine.state;
  authorize(sandbox.engine, {
    ...call,
    service,
    caller: {
      accessKeyId: '',
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${instanceId}`,
      userId: '',
      principal: { kind: 'role', name: role },
    },
  });
}

/** The role that it was launched with. */
export function roleOf({ engine }: Sandbox, instanceId: string): string {
  const { ec2, iam } = engine.state;
  const profile = ec2.instances[instanceId]?.iamInstanceProfile;
  return Object.values(iam.instanceProfiles).find(({ arn }) => arn === profile?.arn)?.roles[0] ?? 'no role';
}
