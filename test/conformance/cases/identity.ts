import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetPolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Bench } from '../bench.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' }],
});

/** The managed policy that a role is made with, so that nobody can give it more. */
async function boundary({ aws: { iam, sts }, call, malformed }: Bench): Promise<void> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  const PolicyArn = `arn:aws:iam::${Account}:policy/redeploy-shop-boundary`;
  await call('none yet', () => iam.send(new GetPolicyCommand({ PolicyArn })));
  await malformed('no ARN', () => iam.send(new GetPolicyCommand({ PolicyArn: 'redeploy-shop-boundary-policy' })));
  await iam.send(new CreatePolicyCommand({ PolicyName: 'redeploy-shop-boundary', PolicyDocument: policy }));
  await call('there', () => iam.send(new GetPolicyCommand({ PolicyArn })));
  const role = { RoleName: 'bounded', AssumeRolePolicyDocument: trust };
  await call('within a boundary', () => iam.send(new CreateRoleCommand({ ...role, PermissionsBoundary: PolicyArn })));
}

/** Roles, policies, instance profiles; who calls. */
export async function identity(bench: Bench): Promise<void> {
  const { aws, call, malformed } = bench;
  const { iam, sts } = aws;
  await call('us', () => sts.send(new GetCallerIdentityCommand({})));
  const RoleName = 'redeploy-shop-app';
  const role = { RoleName, AssumeRolePolicyDocument: trust, Tags: [{ Key: 'role', Value: 'app' }] };
  await call('none yet', () => iam.send(new GetRoleCommand({ RoleName })));
  await call('new', () => iam.send(new CreateRoleCommand(role)));
  await call('there', () => iam.send(new GetRoleCommand({ RoleName })));
  await call('duplicate', () => iam.send(new CreateRoleCommand(role)));
  await call('bad document', () =>
    iam.send(new CreateRoleCommand({ ...role, RoleName: 'bad', AssumeRolePolicyDocument: '{nonsense' })),
  );
  await malformed('bad name', () => iam.send(new CreateRoleCommand({ ...role, RoleName: 'a b' })));
  await malformed('name too long', () => iam.send(new CreateRoleCommand({ ...role, RoleName: 'x'.repeat(65) })));
  await malformed('tag with an ampersand', () =>
    iam.send(new CreateRoleCommand({ ...role, RoleName: 'tagged', Tags: [{ Key: 'owner', Value: 'R&D' }] })),
  );
  const key = { RoleName, PolicyName: 'redeploy' };
  await call('none yet', () => iam.send(new GetRolePolicyCommand(key)));
  await call('new', () => iam.send(new PutRolePolicyCommand({ ...key, PolicyDocument: policy })));
  await call('unknown role', () =>
    iam.send(new PutRolePolicyCommand({ ...key, RoleName: 'nobody', PolicyDocument: policy })),
  );
  await call('bad document', () => iam.send(new PutRolePolicyCommand({ ...key, PolicyDocument: '{nonsense' })));
  await call('there', () => iam.send(new GetRolePolicyCommand(key)));
  await call('unknown role', () => iam.send(new GetRolePolicyCommand({ ...key, RoleName: 'nobody' })));
  const profile = { InstanceProfileName: RoleName, Tags: [{ Key: 'role', Value: 'app' }] };
  await call('none yet', () => iam.send(new GetInstanceProfileCommand({ InstanceProfileName: RoleName })));
  await call('new', () => iam.send(new CreateInstanceProfileCommand(profile)));
  await call('duplicate', () => iam.send(new CreateInstanceProfileCommand(profile)));
  await call('without a role', () => iam.send(new GetInstanceProfileCommand({ InstanceProfileName: RoleName })));
  const join = { InstanceProfileName: RoleName, RoleName };
  await call('unknown role', () => iam.send(new AddRoleToInstanceProfileCommand({ ...join, RoleName: 'nobody' })));
  await call('unknown profile', () =>
    iam.send(new AddRoleToInstanceProfileCommand({ ...join, InstanceProfileName: 'nobody' })),
  );
  await call('the one role', () => iam.send(new AddRoleToInstanceProfileCommand(join)));
  await call('a second role', () => iam.send(new AddRoleToInstanceProfileCommand(join)));
  await call('with its role', () => iam.send(new GetInstanceProfileCommand({ InstanceProfileName: RoleName })));
  await boundary(bench);
}
