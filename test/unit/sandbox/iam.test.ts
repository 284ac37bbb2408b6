import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListRoles,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { issueRoleCredentials } from '../../../sandbox/engine/iam/credentials.ts';
import { stillClock } from '../../support/still-clock.ts';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const permissions = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: '*' }],
});

const start = async () => clients(await startSandbox());

test('a role with its profile is made, read back and found twice', async () => {
  const { iam } = await start();
  const create = new CreateRoleCommand({
    RoleName: 'r',
    AssumeRolePolicyDocument: trust,
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  const { Role } = await iam.send(create);
  expect(Role).toMatchObject({ Arn: 'arn:aws:iam::123456789012:role/r', Tags: [{ Key: 'a', Value: 'b' }] });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust);
  await expect(iam.send(create)).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'p' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'p', RoleName: 'r' }));
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'p' }));
  expect(InstanceProfile).toMatchObject({
    Arn: 'arn:aws:iam::123456789012:instance-profile/p',
    Roles: [{ RoleName: 'r', RoleId: Role?.RoleId }],
  });
  await expect(
    iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'p', RoleName: 'r' })),
  ).rejects.toMatchObject({ name: 'LimitExceededException' });
});

test('a role goes only when nothing holds it any more', async () => {
  const { iam } = await start();
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: permissions }));
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'p' }));
  expect(decodeURIComponent(PolicyDocument ?? '')).toBe(permissions);
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'p' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'p', RoleName: 'r' }));
  const remove = () => iam.send(new DeleteRoleCommand({ RoleName: 'r' }));
  await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
  await expect(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'p' }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  });
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'p', RoleName: 'r' }));
  await expect(remove()).rejects.toThrow('must detach all policies');
  await iam.send(new DetachRolePolicyCommand({ RoleName: 'r', PolicyArn }));
  await expect(remove()).rejects.toThrow('must delete policies');
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'r', PolicyName: 'p' }));
  await remove();
  await expect(iam.send(new GetRoleCommand({ RoleName: 'r' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    $metadata: { httpStatusCode: 404 },
  });
});

test('a policy that is none is refused', async () => {
  const { iam } = await start();
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }));
  const documents = ['{', trust, '{"Statement":[{"Effect":"Allow","Action":"dance","Resource":"*"}]}'];
  for (const PolicyDocument of documents) {
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument })),
    ).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  }
});

test('lists come in pages; a service-linked role is made once and protected', async () => {
  const { iam } = await start();
  const link = new CreateServiceLinkedRoleCommand({ AWSServiceName: 'autoscaling.amazonaws.com' });
  await iam.send(link);
  await expect(iam.send(link)).rejects.toMatchObject({ name: 'InvalidInputException' });
  const RoleName = 'AWSServiceRoleForAutoScaling';
  await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: 'UnmodifiableEntityException',
  });
  for (const name of ['c', 'a', 'b', 'd']) {
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  }
  const pages: string[][] = [];
  for await (const { Roles } of paginateListRoles({ client: iam, pageSize: 2 }, {})) {
    pages.push((Roles ?? []).map((role) => role.RoleName ?? ''));
  }
  expect(pages).toEqual([[RoleName, 'a'], ['b', 'c'], ['d']]);
});

test('role credentials say who calls, until they expire', async () => {
  const clock = stillClock();
  const sandbox = await startSandbox({ clock });
  const { iam, sts } = clients(sandbox);
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }));
  const assume = { RoleArn: 'arn:aws:iam::123456789012:role/r', RoleSessionName: 'me' };
  const { Credentials } = await sts.send(new AssumeRoleCommand(assume));
  const assumed = clients(sandbox, keyOf(Credentials));
  expect((await assumed.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
    'arn:aws:sts::123456789012:assumed-role/r/me',
  );
  const issued = issueRoleCredentials(sandbox.engine, 'r', 'i-1');
  expect(issued.Expiration).toBe(clock.now() + 6 * 3600 * 1000);
  clock.skip(3600 * 1000);
  const call = () => assumed.sts.send(new GetCallerIdentityCommand({}));
  await expect(call()).rejects.toMatchObject({ name: 'ExpiredToken' });
});
