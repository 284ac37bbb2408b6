import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
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
