import {
  CreateTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { CreateInstanceProfileCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import { only, openWorld, refusal, small } from './world.ts';
import { onPurpose } from '../../support/witness.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('an instance is launched with everything it was asked for', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  await world.aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'builder' }));
  const launched = await ec2.send(
    new RunInstancesCommand({
      ...small,
      UserData: base64('#!/bin/sh\necho hello'),
      IamInstanceProfile: { Name: 'builder' },
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, InstanceMetadataTags: 'enabled' },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, Encrypted: true } }],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'redeploy:role', Value: 'builder' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'redeploy:app', Value: 'todos' }] },
      ],
    }),
  );
  const made = only(launched.Instances);
  expect(launched.OwnerId).toBe('123456789012');
  expect(made).toMatchObject({
    InstanceId: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
    State: { Code: 0, Name: 'pending' },
    PrivateIpAddress: '172.31.0.4',
    PrivateDnsName: 'ip-172-31-0-4.ec2.internal',
    Placement: { AvailabilityZone: 'us-east-1a' },
    IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/builder' },
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, InstanceMetadataTags: 'enabled' },
    SecurityGroups: [{ GroupName: 'default' }],
    Tags: [{ Key: 'redeploy:role', Value: 'builder' }],
  });
  const id = made.InstanceId ?? '';
  await clock.advance(16_999);
  expect(await world.state(id)).toBe('pending');
  await clock.advance(1);
  expect(await world.state(id)).toBe('running');
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
  );
  expect(only(Volumes)).toMatchObject({ Size: 20, Encrypted: true, VolumeType: 'gp3', State: 'in-use' });
  expect(only(Volumes).Tags).toEqual([{ Key: 'redeploy:app', Value: 'todos' }]);
  const userData = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' }));
  expect(userData.UserData?.Value).toBe(base64('#!/bin/sh\necho hello'));
});

const wrongLaunches: [why: string, input: Partial<RunInstancesCommandInput>, name: string, text: string][] = [
  ['no such image', { ImageId: 'ami-00000000000000000' }, 'InvalidAMIID.NotFound', `The image id '[ami-0`],
  ['malformed image id', { ImageId: 'al2023' }, 'InvalidAMIID.Malformed', `Invalid id: "al2023" (expecting "ami-...")`],
  [
    'image for another CPU',
    { ImageId: stockImageId('arm64') },
    'InvalidParameterValue',
    `The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI`,
  ],
  ['no such type', { InstanceType: 't9.huge' as 't3.nano' }, 'InvalidParameterValue', 't9.huge'],
  ['no such subnet', { SubnetId: 'subnet-00000000000000000' }, 'InvalidSubnetID.NotFound', 'subnet-0'],
  ['no such zone', { Placement: { AvailabilityZone: 'us-east-1z' } }, 'InvalidParameterValue', 'us-east-1z'],
  ['no such group', { SecurityGroupIds: ['sg-00000000000000000'] }, 'InvalidGroup.NotFound', 'sg-0'],
  [
    'no such profile',
    { IamInstanceProfile: { Name: 'ghost' } },
    'InvalidParameterValue',
    'Value (ghost) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
  ],
  ['no such key', { KeyName: 'laptop' }, 'InvalidKeyPair.NotFound', 'laptop'],
  ['user data too long', { UserData: base64('x'.repeat(16_385)) }, 'InvalidParameterValue', '16384'],
  ['user data not base64', { UserData: '#!/bin/sh' }, 'InvalidParameterValue', 'BASE64'],
  [
    'disk too small',
    { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
    'InvalidBlockDeviceMapping',
    'smaller than snapshot',
  ],
  [
    'a tag that cannot be in the metadata',
    {
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a/b', Value: '' }] }],
    },
    'InvalidParameterValue',
    'a/b',
  ],
  [
    'reserved tag',
    { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: '' }] }] },
    'InvalidParameterValue',
    'reserved',
  ],
  [
    'tags on what is not made',
    { TagSpecifications: [{ ResourceType: 'image', Tags: [] }] },
    'InvalidParameterValue',
    'image',
  ],
  [
    'no such template',
    { LaunchTemplate: { LaunchTemplateName: 'ghost' } },
    'InvalidLaunchTemplateName.NotFoundException',
    'ghost',
  ],
  ['min above max', { MinCount: 2 }, 'InvalidParameterValue', 'minCount'],
  ['dry run', { DryRun: true }, 'DryRunOperation', 'would have succeeded'],
];

test('a wrong launch is refused by name and makes nothing', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  for (const [why, input, name, text] of wrongLaunches) {
    const launch = () => ec2.send(new RunInstancesCommand({ ...small, ...input }));
    const refused = await refusal(onPurpose(launch));
    expect(refused, why).toMatchObject({ name, message: expect.stringContaining(text) });
  }
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
});

test('a client token launches once, whatever happened to the answer', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const run = (input: Partial<RunInstancesCommandInput> = {}) =>
    ec2.send(new RunInstancesCommand({ ...small, ClientToken: 'bake-1', ...input }));
  const first = only((await run()).Instances).InstanceId ?? '';
  await clock.advance(20_000);
  const again = only((await run()).Instances);
  expect(again).toMatchObject({ InstanceId: first, State: { Name: 'running' } });
  expect((await refusal(run({ InstanceType: 't3.small' }))).name).toBe('IdempotentParameterMismatch');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  await clock.advance(1000);
  // errors-overview.html, and seen since January 2025 (boto3 #4406)
  expect((await refusal(run())).name).toBe('IdempotentInstanceTerminated');
  expect(only((await run({ ClientToken: 'bake-2' })).Instances).InstanceId).not.toBe(first);
  const failed = { ClientToken: 'bake-3', SubnetId: 'subnet-00000000000000000' };
  expect((await refusal(run(failed))).name).toBe('InvalidSubnetID.NotFound');
  expect(only((await run({ ClientToken: 'bake-3' })).Instances).State?.Name).toBe('pending');
});

test('instances are found by filter and listed page by page', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const tags = (role: string) => [{ ResourceType: 'instance' as const, Tags: [{ Key: 'role', Value: role }] }];
  await ec2.send(new RunInstancesCommand({ ...small, MaxCount: 6, TagSpecifications: tags('fleet-a') }));
  await clock.advance(20_000);
  await ec2.send(new RunInstancesCommand({ ...small, MaxCount: 2, TagSpecifications: tags('builder') }));
  const count = async (...Filters: { Name: string; Values: string[] }[]) => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances).length;
  };
  expect(await count({ Name: 'tag:role', Values: ['builder', 'nobody'] })).toBe(2);
  expect(await count({ Name: 'tag:role', Values: ['fleet-?'] })).toBe(6);
  expect(await count({ Name: 'tag:role', Values: ['fleet-\\?'] })).toBe(0);
  expect(await count({ Name: 'tag-key', Values: ['ro*'] }, { Name: 'instance-state-name', Values: ['running'] })).toBe(
    6,
  );
  expect(await count({ Name: 'image-id', Values: [small.ImageId] })).toBe(8);
  expect((await refusal(count({ Name: 'colour', Values: ['red'] }))).message).toContain(`'colour'`);

  const ids: string[] = [];
  let pages = 0;
  for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
    pages += 1;
    ids.push(
      ...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((each) => each.InstanceId ?? '')),
    );
  }
  expect([pages, new Set(ids).size]).toEqual([2, 8]);
  const describe = (input: object) => refusal(ec2.send(new DescribeInstancesCommand(input)));
  expect((await describe({ MaxResults: 4 })).name).toBe('InvalidParameterValue');
  expect((await describe({ MaxResults: 5, InstanceIds: ids })).name).toBe('InvalidParameterCombination');
  expect((await describe({ NextToken: 'made-up' })).name).toBe('InvalidNextToken');
  expect((await describe({ InstanceIds: ['i-00000000000000001', 'i-00000000000000002'] })).message).toBe(
    `The instance IDs 'i-00000000000000001, i-00000000000000002' do not exist`,
  );
  expect((await describe({ InstanceIds: ['web-1'] })).name).toBe('InvalidInstanceID.Malformed');
});

test('protection holds, per zone; attributes change only in the states that AWS allows', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const run = async (zone: string, guarded: boolean) => {
    const input = { ...small, Placement: { AvailabilityZone: zone }, DisableApiTermination: guarded };
    return only((await ec2.send(new RunInstancesCommand(input))).Instances).InstanceId ?? '';
  };
  const [guarded, neighbour, far] = [
    await run('us-east-1a', true),
    await run('us-east-1a', false),
    await run('us-east-1b', false),
  ];
  await clock.advance(20_000);
  const terminate = (...InstanceIds: string[]) => ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  expect((await refusal(terminate(guarded, neighbour, far))).name).toBe('OperationNotPermitted');
  await clock.advance(1000);
  expect([await world.state(guarded), await world.state(neighbour), await world.state(far)]).toEqual([
    'running',
    'running',
    'terminated',
  ]);
  const modify = (input: object) => ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: guarded, ...input }));
  expect((await refusal(modify({ InstanceType: { Value: 't3.small' } }))).name).toBe('IncorrectInstanceState');
  await modify({ DisableApiTermination: { Value: false } });
  const changes = await terminate(guarded);
  expect(only(changes.TerminatingInstances)).toMatchObject({
    PreviousState: { Name: 'running' },
    CurrentState: { Code: 32, Name: 'shutting-down' },
  });
  await clock.advance(1000);
  expect(only((await terminate(guarded)).TerminatingInstances).CurrentState?.Name).toBe('terminated');
});

test('terminated instances stay visible for an hour; nothing else can be done with them', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const id = only((await ec2.send(new RunInstancesCommand(small))).Instances).InstanceId ?? '';
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await clock.advance(60_000);
  const gone = await world.instance(id);
  expect(gone).toMatchObject({ State: { Name: 'terminated' }, StateReason: { Code: 'Client.UserInitiatedShutdown' } });
  expect(gone.StateTransitionReason).toMatch(/^User initiated \(2026-01-31 10:00:00 GMT\)$/);
  expect(gone.PrivateIpAddress).toBeUndefined();
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
  const act = { InstanceIds: [id] };
  expect((await refusal(ec2.send(new StopInstancesCommand(act)))).name).toBe('IncorrectInstanceState');
  expect((await refusal(ec2.send(new StartInstancesCommand(act)))).name).toBe('IncorrectInstanceState');
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'seen', Value: 'yes' }] }));
  await clock.advance(3_600_000);
  expect((await refusal(ec2.send(new DescribeInstancesCommand(act)))).name).toBe('InvalidInstanceID.NotFound');
  expect((await refusal(ec2.send(new DescribeInstanceStatusCommand(act)))).name).toBe('InvalidInstanceID.NotFound');
});
