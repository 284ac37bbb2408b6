import { DescribeAutoScalingGroupsCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });

/** A sandbox with a user who may do what these statements say. */
async function userWho(...statements: object[]) {
  const sandbox = await startSandbox();
  const account = clients(sandbox);
  await account.iam.send(new CreateUserCommand({ UserName: 'ann' }));
  await account.iam.send(
    new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument: policyOf(...statements) }),
  );
  const { AccessKey } = await account.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const key = AccessKey?.AccessKeyId ?? '';
  return { sandbox, account, key, ann: clients(sandbox, keyOf(AccessKey)) };
}

const arn = 'arn:aws:iam::123456789012:user/ann';

test('the account itself may do everything; a user what the policies say', async () => {
  const { account, ann } = await userWho(allow('ec2:Describe*'));
  expect(await account.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: expect.stringMatching(/user\/sandbox$/) as string,
  });
  expect(await ann.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: arn });
  await ann.ec2.send(new DescribeInstancesCommand({}));
  await account.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
});

test('a refusal names who, what and on what, in the form of each protocol', async () => {
  const { ann } = await userWho(allow('s3:*'));
  const denial = (action: string, resource: string) =>
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  await expect(ann.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    message: expect.stringMatching(
      /^You are not authorized to perform this operation\. User: .*Encoded authorization failure message: \S+$/,
    ) as string,
    $metadata: { httpStatusCode: 403 },
  });
  await expect(ann.autoScaling.send(new DescribeAutoScalingGroupsCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: denial('autoscaling:DescribeAutoScalingGroups', '*'),
    $metadata: { httpStatusCode: 403 },
  });
  await expect(ann.ecr.send(new CreateRepositoryCommand({ repositoryName: 'shop' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: denial('ecr:CreateRepository', 'arn:aws:ecr:us-east-1:123456789012:repository/shop'),
    $metadata: { httpStatusCode: 400 },
  });
});

test('a launch takes permission for all that the machine is made of, for its tags and for its role', async () => {
  const tagged = { StringEquals: { 'aws:RequestTag/app': 'shop' } };
  const { ann } = await userWho(
    allow('ec2:RunInstances'),
    allow('ec2:CreateTags', {
      Condition: { StringEquals: { 'ec2:CreateAction': 'RunInstances', ...tagged.StringEquals } },
    }),
  );
  const launch = (app: string) =>
    new RunInstancesCommand({
      ImageId: 'ami-0abcdef1234567890',
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'app', Value: app }] }],
    });
  await expect(ann.ec2.send(launch('bank'))).rejects.toMatchObject({
    message: expect.stringContaining(
      'ec2:CreateTags on resource: arn:aws:ec2:us-east-1:123456789012:instance/*',
    ) as string,
  });
  // Allowed: what is wrong now is the AMI.
  await expect(ann.ec2.send(launch('shop'))).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
});

test('what is not there is reported as such, not as forbidden', async () => {
  const { ann } = await userWho(
    allow('ec2:TerminateInstances', { Condition: { StringEquals: { 'aws:ResourceTag/app': 'shop' } } }),
  );
  await expect(
    ann.ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] })),
  ).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
  });
  await expect(
    ann.autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: 'none' })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
  });
});

test('a role can do no more than its boundary, and a user who must give one cannot leave it out', async () => {
  const { account, ann, sandbox } = await userWho(
    allow(['iam:CreateRole', 'iam:PutRolePolicy'], {
      Condition: { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/limit' } },
    }),
    allow('sts:AssumeRole'),
  );
  const limit = { PolicyName: 'limit', PolicyDocument: policyOf(allow('ec2:DescribeInstances')) };
  const { Policy } = await account.iam.send(new CreatePolicyCommand(limit));
  const trust = policyOf({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' });
  const role = { RoleName: 'r', AssumeRolePolicyDocument: trust };
  await expect(ann.iam.send(new CreateRoleCommand(role))).rejects.toMatchObject({ name: 'AccessDenied' });
  const bounded = { ...role, ...(Policy?.Arn !== undefined && { PermissionsBoundary: Policy.Arn }) };
  const { Role } = await ann.iam.send(new CreateRoleCommand(bounded));
  expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(Policy?.Arn);
  const everything = { RoleName: 'r', PolicyName: 'all', PolicyDocument: policyOf(allow('*')) };
  await ann.iam.send(new PutRolePolicyCommand(everything));
  const session = await ann.sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'ann' }));
  const asRole = clients(sandbox, keyOf(session.Credentials));
  await asRole.ec2.send(new DescribeInstancesCommand({}));
  await expect(asRole.iam.send(new GetPolicyCommand({ PolicyArn: Policy?.Arn }))).rejects.toMatchObject({
    message: expect.stringContaining('because no permissions boundary allows the iam:GetPolicy action') as string,
  });
});

test('a deleted key is refused, it does not become the account’s own', async () => {
  const { account, ann, key } = await userWho(allow('ec2:Describe*'));
  await expect(account.iam.send(new DeleteUserCommand({ UserName: 'ann' }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  });
  await account.iam.send(new DeleteAccessKeyCommand({ UserName: 'ann', AccessKeyId: key }));
  await expect(ann.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'AuthFailure' });
  await expect(ann.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
});

test('a managed policy counts once it is attached, and is at most 6,144 characters long', async () => {
  const { account, ann } = await userWho(allow('s3:*'));
  const long = policyOf(allow(Array.from({ length: 400 }, (_, at) => `ec2:Describe${at}`)));
  await expect(
    account.iam.send(new CreatePolicyCommand({ PolicyName: 'long', PolicyDocument: long })),
  ).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
  const look = { PolicyName: 'look', PolicyDocument: policyOf(allow('ec2:DescribeInstances')) };
  const { Policy } = await account.iam.send(new CreatePolicyCommand(look));
  await expect(ann.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  await account.iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: Policy?.Arn }));
  await ann.ec2.send(new DescribeInstancesCommand({}));
  expect((await account.iam.send(new GetPolicyCommand({ PolicyArn: Policy?.Arn }))).Policy).toMatchObject({
    AttachmentCount: 1,
  });
});
