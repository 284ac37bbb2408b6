import {
  AuthorizeSecurityGroupIngressCommand,
  CreateImageCommand,
  CreateSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type CreateImageCommandInput,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import type { Script } from '../../../sandbox/engine/machines/simulated.ts';
import { only, openWorld, refusal, small } from './world.ts';

type World = Awaited<ReturnType<typeof openWorld>>;

/** A builder bakes and stops; what it left on its disk is what machines of the image serve. */
const bakeOrServe: Script = {
  run: async (act) => {
    if (act.disk['release'] === undefined) {
      act.disk['release'] = 'v1';
      act.powerOff();
    } else act.listen(3000, () => ({ status: 200, body: act.disk['release'] ?? '' }));
  },
};

async function stoppedBuilder({ ec2, clock }: World): Promise<string> {
  const id = only((await ec2.send(new RunInstancesCommand(small))).Instances).InstanceId ?? '';
  await clock.advance(18_000);
  return id;
}

const create = ({ ec2 }: World, InstanceId: string, input: Partial<CreateImageCommandInput> = {}) =>
  ec2.send(new CreateImageCommand({ InstanceId, Name: 'todos-production-1', ...input }));

test('an image is captured from a stopped builder, with its tags, and machines boot from it', async () => {
  await using world = await openWorld(() => bakeOrServe);
  const { ec2, clock, machines } = world;
  const builder = await stoppedBuilder(world);
  expect(await world.state(builder)).toBe('stopped');
  const tags = [{ Key: 'redeploy:app', Value: 'todos' }];
  const { ImageId = '' } = await create(world, builder, {
    Description: 'todos v1',
    TagSpecifications: [
      { ResourceType: 'image', Tags: tags },
      { ResourceType: 'snapshot', Tags: tags },
    ],
  });
  expect(await world.imageState(ImageId)).toBe('pending');
  expect((await refusal(ec2.send(new RunInstancesCommand({ ...small, ImageId })))).name).toBe(
    'InvalidAMIID.Unavailable',
  );
  // the builder goes while its image is still being copied
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [builder] }));
  await clock.advance(99_000);
  expect(await world.imageState(ImageId)).toBe('pending');
  await clock.advance(1000);
  const image = only((await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images);
  expect(image).toMatchObject({
    ImageId,
    State: 'available',
    Name: 'todos-production-1',
    OwnerId: '123456789012',
    Public: false,
    Architecture: 'x86_64',
    ImdsSupport: 'v2.0',
    RootDeviceName: '/dev/xvda',
    SourceInstanceId: builder,
    Tags: tags,
  });
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  expect(only(Snapshots)).toMatchObject({
    SnapshotId: image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId,
    State: 'completed',
    Description: `Created by CreateImage(${builder}) for ${ImageId}`,
    Tags: tags,
  });

  const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'app', Description: 'app' }));
  const port = { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, CidrIp: '0.0.0.0/0' };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, ...port }));
  const { Instances } = await ec2.send(new RunInstancesCommand({ ...small, ImageId, SecurityGroupIds: [GroupId] }));
  const id = only(Instances).InstanceId ?? '';
  await clock.advance(18_000);
  expect(await machines.probe(id, 3000, '/')).toMatchObject({ status: 200, body: 'v1' });
});

test('names are taken once and the error says by whom; unfit builders are refused', async () => {
  await using world = await openWorld(() => bakeOrServe);
  const { ec2, clock } = world;
  const builder = await stoppedBuilder(world);
  const { ImageId } = await create(world, builder);
  expect(await refusal(create(world, builder))).toEqual({
    name: 'InvalidAMIName.Duplicate',
    message: `AMI name todos-production-1 is already in use by AMI ${ImageId}`,
  });
  expect((await refusal(create(world, builder, { Name: 'a*b' }))).name).toBe('InvalidAMIName.Malformed');
  expect((await refusal(create(world, builder, { Name: 'dry', DryRun: true }))).name).toBe('DryRunOperation');
  expect((await refusal(create(world, 'i-00000000000000000'))).name).toBe('InvalidInstanceID.NotFound');
  const fresh = only((await ec2.send(new RunInstancesCommand(small))).Instances).InstanceId ?? '';
  expect((await refusal(create(world, fresh, { Name: 'early' }))).name).toBe('IncorrectInstanceState');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [builder] }));
  await clock.advance(101_000);
  expect((await refusal(create(world, builder, { Name: 'late' }))).name).toBe('IncorrectInstanceState');
});

test('a copy that fails ends in a failed image with its reason', async () => {
  await using world = await openWorld(() => ({ ...bakeOrServe, captureError: 'no space left on device' }));
  const { ec2, clock } = world;
  const { ImageId = '' } = await create(world, await stoppedBuilder(world));
  await clock.advance(100_000);
  const image = only((await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).Images);
  expect(image.State).toBe('failed');
  expect(image.StateReason?.Message).toContain('no space left on device');
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  expect(only(Snapshots).State).toBe('error');
});

test('a running machine is rebooted for its image, unless told otherwise', async () => {
  let boots = 0;
  await using world = await openWorld(() => ({ run: () => void (boots += 1) }));
  const builder = await stoppedBuilder(world);
  expect(await world.state(builder)).toBe('running');
  await create(world, builder, { Name: 'live', NoReboot: true });
  await world.clock.advance(1);
  expect(boots).toBe(1);
  await create(world, builder, { Name: 'calm' });
  await world.clock.advance(1);
  expect([boots, await world.state(builder)]).toEqual([2, 'running']);
});

test('deregistering leaves instances running and deletes snapshots only when asked', async () => {
  await using world = await openWorld(() => bakeOrServe);
  const { ec2, clock, machines } = world;
  const builder = await stoppedBuilder(world);
  const kept = (await create(world, builder, { Name: 'kept-snapshot' })).ImageId ?? '';
  const whole = (await create(world, builder, { Name: 'whole' })).ImageId ?? '';
  await clock.advance(100_000);
  const id = only((await ec2.send(new RunInstancesCommand({ ...small, ImageId: whole }))).Instances).InstanceId ?? '';
  await clock.advance(20_000);
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [kept] }));
  const SnapshotId = Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toEqual({
    name: 'InvalidSnapshot.InUse',
    message: `The snapshot ${SnapshotId} is currently in use by ${kept}`,
  });
  await ec2.send(new DeregisterImageCommand({ ImageId: kept }));
  const gone = await ec2.send(new DeregisterImageCommand({ ImageId: whole, DeleteAssociatedSnapshots: true }));
  expect(gone.DeleteSnapshotResults).toMatchObject([{ ReturnCode: 'success' }]);
  expect((await refusal(ec2.send(new DeregisterImageCommand({ ImageId: whole })))).name).toBe(
    'InvalidAMIID.Unavailable',
  );
  expect((await refusal(ec2.send(new RunInstancesCommand({ ...small, ImageId: whole })))).name).toBe(
    'InvalidAMIID.Unavailable',
  );
  expect((await refusal(ec2.send(new DescribeImagesCommand({ ImageIds: [whole] })))).name).toBe(
    'InvalidAMIID.NotFound',
  );
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  expect(only(Snapshots).SnapshotId).toBe(SnapshotId);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  expect((await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).name).toBe('InvalidSnapshot.NotFound');
  await clock.advance(1);
  expect(await world.state(id)).toBe('running');
  expect((await machines.list()).disks).toEqual([]);
});

test("Amazon's images are there for both CPUs; they cannot be changed; deprecation goes by the minute and hides nothing from the owner", async () => {
  await using world = await openWorld(() => bakeOrServe);
  const { ec2, clock } = world;
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }] }),
  );
  expect(new Set(Images.map(({ ImageId }) => ImageId))).toEqual(
    new Set([stockImageId('arm64'), stockImageId('x86_64')]),
  );
  expect(Images[0]).toMatchObject({ OwnerId: '137112412989', ImageOwnerAlias: 'amazon', RootDeviceName: '/dev/xvda' });
  expect((await refusal(ec2.send(new DeregisterImageCommand({ ImageId: small.ImageId })))).name).toBe('AuthFailure');

  const { ImageId = '' } = await create(world, await stoppedBuilder(world));
  const soon = new Date(clock.now() + 3_600_000);
  await ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: soon }));
  await ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: [{ UserId: '210987654321' }] } }));
  await clock.advance(7_200_000);
  const own = only((await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images);
  expect(own.DeprecationTime).toBe('2026-01-31T11:00:00.000Z');
  const past = ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: soon }));
  expect((await refusal(past)).name).toBe('InvalidParameterValue');
});
