import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  DescribeAddressesCommand,
  DescribeSnapshotsCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test, vi } from 'vitest';
import { only, openWorld, refusal, small } from './world.ts';

test('an Elastic IP stays with a stopped machine, outlives a terminated one, and is gone once released', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const InstanceId = only((await ec2.send(new RunInstancesCommand(small))).Instances).InstanceId ?? '';
  const InstanceIds = [InstanceId];
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const associate = new AssociateAddressCommand({ AllocationId, InstanceId });
  expect(await refusal(ec2.send(associate))).toMatchObject({ name: 'InvalidInstanceID' });
  await clock.advance(20_000);
  await ec2.send(associate);
  const address = async () => (await world.instance(InstanceId)).PublicIpAddress;
  expect(await address()).toBe(PublicIp);
  await ec2.send(new StopInstancesCommand({ InstanceIds }));
  await clock.advance(10_000);
  expect(await address()).toBe(PublicIp);
  await ec2.send(new StartInstancesCommand({ InstanceIds }));
  await clock.advance(20_000);
  expect(await address()).toBe(PublicIp);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  await clock.advance(10_000);
  const { Addresses } = await ec2.send(new DescribeAddressesCommand({}));
  expect(only(Addresses)).toMatchObject({ AllocationId, PublicIp });
  expect(only(Addresses).InstanceId).toBeUndefined();
  await ec2.send(new ReleaseAddressCommand({ AllocationId }));
  const again = ec2.send(new ReleaseAddressCommand({ AllocationId }));
  expect(await refusal(again)).toMatchObject({ name: 'InvalidAllocationID.NotFound' });
});

test('there are five of them and no more', async () => {
  await using world = await openWorld();
  const allocate = () => world.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  for (let count = 0; count < 5; count += 1) await allocate();
  expect(await refusal(allocate())).toMatchObject({ name: 'AddressLimitExceeded' });
});

test('calls to an address arrive at the machine that has it, and at nobody when none has', async () => {
  await using world = await openWorld((spec) => ({
    run: (act) => act.listen(8443, () => ({ status: 200, body: spec.instanceId })),
  }));
  const { ec2, clock } = world;
  const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web' }));
  const rule = { IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443, CidrIp: '0.0.0.0/0' };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, ...rule }));
  const two = { ...small, MinCount: 2, MaxCount: 2, SecurityGroupIds: [GroupId] };
  const { Instances = [] } = await ec2.send(new RunInstancesCommand(two));
  await clock.advance(20_000);
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const call = () => fetch(`http://${PublicIp}:8443/`, { headers: { connection: 'close' } }).then((got) => got.text());
  const until = (wanted: string) => vi.waitFor(async () => expect(await call().catch(() => 'nobody')).toBe(wanted));
  for (const { InstanceId = '' } of Instances) {
    await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
    await until(InstanceId);
  }
  await ec2.send(new ReleaseAddressCommand({ AllocationId }));
  await until('nobody');
});

test('a snapshot of a volume is completed after a while', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const { InstanceId = '' } = only((await ec2.send(new RunInstancesCommand(small))).Instances);
  const { BlockDeviceMappings } = await world.instance(InstanceId);
  const VolumeId = BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
  const { SnapshotId = '', State } = await ec2.send(new CreateSnapshotCommand({ VolumeId, Description: 'old' }));
  expect(State).toBe('pending');
  await clock.advance(100_000);
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
  expect(only(Snapshots)).toMatchObject({ State: 'completed', Progress: '100%', Description: 'old' });
});
