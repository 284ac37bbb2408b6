import { DescribeInstancesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import type { Bench } from '../bench.ts';
import { baseImage } from './machines.ts';

const unknown = 'i-0123456789abcdef0';
const unknownCommand = '01234567-89ab-4def-8123-456789abcdef';
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** Scripts on a machine through Systems Manager, and on one without its agent. */
export async function scripts(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { ssm } = bench.aws;
  const [managed, stranger] = await launch(bench);
  const send = (more: Partial<SendCommandCommandInput>) =>
    ssm.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [managed],
        Parameters: { commands: ['true'], executionTimeout: ['60'] },
        TimeoutSeconds: 60,
        Comment: 'redeploy retire',
        ...more,
      }),
    );
  const about = (id: string) =>
    ssm.send(new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: [id] }] }));
  await call('a machine with the agent', () => about(managed));
  await call('a machine without it', () => about(stranger));
  await call('unknown machine', () => about(unknown));
  await malformed('page too small', () => ssm.send(new DescribeInstanceInformationCommand({ MaxResults: 1 })));

  const sent = await call('a machine with the agent', () => send({}));
  await call('a machine without it', () => send({ InstanceIds: [stranger] }));
  await call('unknown document', () => send({ DocumentName: 'AWS-NoSuchDocument' }));
  await call('parameter missing', () => send({ Parameters: {} }));

  const CommandId = sent?.Command?.CommandId ?? unknownCommand;
  const outcome = (InstanceId: string, id = CommandId) =>
    ssm.send(new GetCommandInvocationCommand({ CommandId: id, InstanceId }));
  await settle(async () => !['Pending', 'InProgress'].includes((await outcome(managed)).Status ?? ''));
  await call('ended', () => outcome(managed));
  await call('another machine', () => outcome(stranger));
  await call('unknown command', () => outcome(managed, unknownCommand));
}

async function launch(bench: Bench): Promise<[string, string]> {
  const { ec2, iam } = bench.aws;
  const [RoleName, InstanceProfileName] = ['old', 'old'];
  const ImageId = await baseImage(bench);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })).catch(() => undefined);
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  const one = { ImageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 } as const;
  const profile = { IamInstanceProfile: { Name: InstanceProfileName } };
  const launched = await Promise.all([
    ec2.send(new RunInstancesCommand({ ...one, ...profile })),
    ec2.send(new RunInstancesCommand(one)),
  ]);
  const ids = launched.map(({ Instances }) => Instances?.[0]?.InstanceId ?? '');
  await bench.settle(async () => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }));
    return Reservations.every(({ Instances = [] }) => Instances.every(({ State }) => State?.Name === 'running'));
  });
  return [ids[0] ?? '', ids[1] ?? ''];
}
