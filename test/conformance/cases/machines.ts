import {
  CreateImageCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSnapshotsCommand,
  GetConsoleOutputCommand,
  paginateDescribeInstances,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Bench } from '../bench.ts';

const unknown = 'i-0123456789abcdef0';
const unknownImage = 'ami-0123456789abcdef0';

/** The newest Amazon Linux as this world has it. */
export async function baseImage({ aws }: Bench): Promise<string> {
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name }));
  const id = Parameter?.Value ?? '';
  const found = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] })).then(
    ({ Images }) => Images?.length,
    () => 0,
  );
  if (found) return id;
  // moto names an image in SSM that its EC2 does not have
  const { Images } = await aws.ec2.send(
    new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  );
  return Images?.find((image) => image.Name?.startsWith('amzn'))?.ImageId ?? '';
}

const stateOf = async ({ aws }: Bench, id: string): Promise<string | undefined> => {
  const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
};

/** Machines and what becomes of them, tags, consoles. */
export async function machines(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { ec2 } = bench.aws;
  const ImageId = await baseImage(bench);
  const tags = [{ Key: 'redeploy:app', Value: 'shop' }];
  const wanted: RunInstancesCommandInput = {
    ImageId,
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    InstanceInitiatedShutdownBehavior: 'stop',
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeSize: 16, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
      },
    ],
    UserData: Buffer.from('#cloud-config\n{}\n').toString('base64'),
    ClientToken: 'first',
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  };
  const ran = await call('a builder', () => ec2.send(new RunInstancesCommand(wanted)));
  const id = ran?.Instances?.[0]?.InstanceId ?? '';
  await settle(async () => (await stateOf(bench, id)) === 'running');
  await call('same client token', () => ec2.send(new RunInstancesCommand(wanted)));
  await call('same client token, other request', () =>
    ec2.send(new RunInstancesCommand({ ...wanted, InstanceType: 't3.large' })),
  );
  const { ClientToken: _, ...plain } = wanted;
  await call('unknown image', () => ec2.send(new RunInstancesCommand({ ...plain, ImageId: unknownImage })));
  await call('malformed image', () => ec2.send(new RunInstancesCommand({ ...plain, ImageId: 'nonsense' })));
  await call('unknown instance profile', () =>
    ec2.send(new RunInstancesCommand({ ...plain, IamInstanceProfile: { Name: 'nobody' } })),
  );
  await call('unknown security group', () =>
    ec2.send(new RunInstancesCommand({ ...plain, SecurityGroupIds: ['sg-0123456789abcdef0'] })),
  );
  await call('unknown subnet', () =>
    ec2.send(new RunInstancesCommand({ ...plain, SubnetId: 'subnet-0123456789abcdef0' })),
  );
  await malformed('unknown type', () =>
    ec2.send(new RunInstancesCommand({ ...plain, InstanceType: 't3.nonsense' as 't3.small' })),
  );
  await call('none wanted', () => ec2.send(new RunInstancesCommand({ ...plain, MinCount: 0, MaxCount: 0 })));

  await call('by id', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
  const filters = [
    { Name: 'tag:redeploy:app', Values: ['shop'] },
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ];
  await call('by tag and state', () => ec2.send(new DescribeInstancesCommand({ Filters: filters })));
  await call('unknown id', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [unknown] })));
  await call('malformed id', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: ['nonsense'] })));
  await call('no match', () =>
    ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [unknown] }] })),
  );
  await call('page with ids', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id], MaxResults: 5 })));
  for (let count = 0; count < 6; count += 1) await ec2.send(new RunInstancesCommand(plain)).catch(() => undefined);
  await call('pages of five', async () => {
    const sizes: number[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {}))
      sizes.push((page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).length);
    return { sizes };
  });
  await call('bad page token', () => ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: 'nonsense' })));

  await call('an instance', () =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] })),
  );
  await call('unknown instance', () => ec2.send(new CreateTagsCommand({ Resources: [unknown], Tags: tags })));
  await call('malformed id', () => ec2.send(new CreateTagsCommand({ Resources: ['nonsense'], Tags: tags })));
  await call('aws: key', () =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'aws:x', Value: 'y' }] })),
  );
  const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  await call('more than 50', () => ec2.send(new CreateTagsCommand({ Resources: [id], Tags: many })));
  await call('after tagging', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));

  await call('of a machine', () => ec2.send(new GetConsoleOutputCommand({ InstanceId: id, Latest: true })));
  await call('unknown machine', () => ec2.send(new GetConsoleOutputCommand({ InstanceId: unknown, Latest: true })));
  await call('malformed id', () => ec2.send(new GetConsoleOutputCommand({ InstanceId: 'nonsense' })));

  await call('a running one', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] })));
  await call('unknown id', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [unknown] })));
  await call('malformed id', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: ['nonsense'] })));
  const offered = (type: string) => ({
    LocationType: 'availability-zone' as const,
    Filters: [{ Name: 'instance-type', Values: [type] }],
  });
  await call('a type', async () => {
    const { InstanceTypeOfferings = [] } = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand(offered('t3.small')),
    );
    const types = new Set(
      InstanceTypeOfferings.map(({ InstanceType, LocationType }) => `${InstanceType} ${LocationType}`),
    );
    return { types: [...types] };
  });
  await call('no such type', () => ec2.send(new DescribeInstanceTypeOfferingsCommand(offered('t3.nonsense'))));
  const nonsense = [{ Name: 'nonsense', Values: ['x'] }];
  await call('unknown filter', () => ec2.send(new DescribeInstanceTypeOfferingsCommand({ Filters: nonsense })));

  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await settle(async () => (await stateOf(bench, id)) === 'stopped');
  await call('a stopped one', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
  await call('a stopped one', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] })));
  await call('a stopped one, all wanted', () =>
    ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true })),
  );
  await call('a machine', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  await settle(async () => (await stateOf(bench, id)) === 'terminated');
  await call('again', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  await call('unknown machine', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [unknown] })));
  await call('malformed id', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: ['nonsense'] })));
  await call('a terminated one', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
  await call('client token of a terminated one', () => ec2.send(new RunInstancesCommand(wanted)));
}

/** Machine images. */
export async function images(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { ec2 } = bench.aws;
  const ImageId = await baseImage(bench);
  const ran = await ec2.send(new RunInstancesCommand({ ImageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }));
  const id = ran.Instances?.[0]?.InstanceId ?? '';
  await settle(async () => (await stateOf(bench, id)) === 'running');
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await settle(async () => (await stateOf(bench, id)) === 'stopped');
  const tags = [{ Key: 'redeploy:bake-key', Value: 'k-1' }];
  const wanted = {
    InstanceId: id,
    Name: 'redeploy-shop-k-1',
    Description: 'shop',
    TagSpecifications: [
      { ResourceType: 'image' as const, Tags: tags },
      { ResourceType: 'snapshot' as const, Tags: tags },
    ],
  };
  const made = await call('of a stopped machine', () => ec2.send(new CreateImageCommand(wanted)));
  const image = made?.ImageId ?? '';
  await settle(async () => {
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
    return Images?.[0]?.State === 'available';
  });
  await call('duplicate name', () => ec2.send(new CreateImageCommand(wanted)));
  await call('unknown machine', () =>
    ec2.send(new CreateImageCommand({ ...wanted, InstanceId: unknown, Name: 'two' })),
  );
  await malformed('name too short', () => ec2.send(new CreateImageCommand({ ...wanted, Name: 'ab' })));
  const byName = [{ Name: 'name', Values: ['redeploy-shop-k-1'] }];
  await call('own by name', () => ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: byName })));
  await call('the base image', () => ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] })));
  await call('unknown id', () => ec2.send(new DescribeImagesCommand({ ImageIds: [unknownImage] })));
  await call('malformed id', () => ec2.send(new DescribeImagesCommand({ ImageIds: ['nonsense'] })));
  await call('no match', () =>
    ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: ['nobody'] }] })),
  );
  await call('first page of one', async () => {
    const page = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'], MaxResults: 1 }));
    return { count: page.Images?.length, more: page.NextToken !== undefined };
  });
  const ofKey = { OwnerIds: ['self'], Filters: [{ Name: 'tag:redeploy:bake-key', Values: ['k-1'] }] };
  const found = await call('own by tag', () => ec2.send(new DescribeSnapshotsCommand(ofKey)));
  await call('one page', () => ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], MaxResults: 5 })));
  const unknownSnapshot = { SnapshotId: 'snap-0123456789abcdef0' };
  await call('unknown id', () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [unknownSnapshot.SnapshotId] })));
  await call('malformed id', () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: ['nonsense'] })));
  await call('of an image', () =>
    ec2.send(new DeleteSnapshotCommand({ SnapshotId: found?.Snapshots?.[0]?.SnapshotId ?? 'snap-0123456789abcdef1' })),
  );
  await call('unknown id', () => ec2.send(new DeleteSnapshotCommand(unknownSnapshot)));
  await call('malformed id', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId: 'nonsense' })));
  await call('with its snapshots', () =>
    ec2.send(new DeregisterImageCommand({ ImageId: image, DeleteAssociatedSnapshots: true })),
  );
  await call('again', () => ec2.send(new DeregisterImageCommand({ ImageId: image })));
  await call('unknown id', () => ec2.send(new DeregisterImageCommand({ ImageId: unknownImage })));
  await call('malformed id', () => ec2.send(new DeregisterImageCommand({ ImageId: 'nonsense' })));
  await call('after deregistration', () => ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: byName })));
}
