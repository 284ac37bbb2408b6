import { RunInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { onPurpose } from '../../support/witness.ts';
import { openWorld, only, small } from './world.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A world with a managed machine and one that is not. */
async function start() {
  const world = await openWorld(() => ({
    shell: (script) =>
      script.includes('fail') ? { exitCode: 3, stderr: 'no such thing' } : { stdout: `${script}\n`.repeat(5000) },
  }));
  const { aws, ec2, clock } = world;
  const { iam, ssm } = aws;
  const role = { RoleName: 'old', AssumeRolePolicyDocument: trust };
  await iam.send(new CreateRoleCommand(role));
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'old', PolicyArn }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'old' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'old', RoleName: 'old' }));
  const launch = async (managed: boolean) => {
    const IamInstanceProfile = managed ? { IamInstanceProfile: { Name: 'old' } } : {};
    const { Instances } = await ec2.send(new RunInstancesCommand({ ...small, ...IamInstanceProfile }));
    return only(Instances).InstanceId ?? '';
  };
  const [managed, stranger] = [await launch(true), await launch(false)];
  await clock.advance(17_000);
  const send = (InstanceIds: string[], command: string, more: Partial<SendCommandCommandInput> = {}) =>
    ssm.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds,
        Parameters: { commands: [command] },
        ...more,
      }),
    );
  const outcome = (CommandId = '', InstanceId = managed) =>
    ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  return { ...world, ssm, managed, stranger, send, outcome };
}

test('a command runs on a managed machine and tells its output and exit code', async () => {
  await using world = await start();
  const { ssm, clock, managed, send, outcome } = world;
  const { Command } = await send([managed], 'uptime');
  expect(Command).toMatchObject({ Status: 'Pending', TargetCount: 1 });
  await clock.advance(1000);
  const done = await outcome(Command?.CommandId);
  expect(done).toMatchObject({ Status: 'Success', ResponseCode: 0, StandardErrorContent: '' });
  expect(done.StandardOutputContent).toHaveLength(24_000);
  const failing = await send([managed], 'fail');
  await clock.advance(1000);
  expect(await outcome(failing.Command?.CommandId)).toMatchObject({
    Status: 'Failed',
    ResponseCode: 3,
    StandardErrorContent: 'no such thing',
  });
  const { CommandInvocations } = await ssm.send(
    new ListCommandInvocationsCommand({ InstanceId: managed, Details: true }),
  );
  expect(CommandInvocations?.map(({ Status }) => Status).toSorted()).toEqual(['Failed', 'Success']);
  await expect(outcome(Command?.CommandId, world.stranger)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
});

test('only machines whose role allows it are managed, and only while they run', async () => {
  await using world = await start();
  const { ssm, ec2, clock, managed, stranger, send } = world;
  const known = async () => {
    const { InstanceInformationList = [] } = await ssm.send(new DescribeInstanceInformationCommand({}));
    return InstanceInformationList.map(({ InstanceId, PingStatus }) => [InstanceId, PingStatus]);
  };
  expect(await known()).toEqual([[managed, 'Online']]);
  await expect(send([stranger], 'uptime')).rejects.toMatchObject({ name: 'InvalidInstanceId' });
  await expect(send([managed], 'x', { DocumentName: 'AWS-Nothing' })).rejects.toMatchObject({
    name: 'InvalidDocument',
  });
  await expect(send([managed], 'x', { Parameters: {} })).rejects.toMatchObject({ name: 'InvalidParameters' });
  await expect(onPurpose(() => send([managed], 'x', { TimeoutSeconds: 1 }))).rejects.toThrow('timeoutSeconds');
  await ec2.send(new StopInstancesCommand({ InstanceIds: [managed] }));
  await clock.advance(1000);
  expect(await known()).toEqual([]);
  await expect(send([managed], 'uptime')).rejects.toMatchObject({ name: 'InvalidInstanceId' });
});
