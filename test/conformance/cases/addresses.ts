import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Bench } from '../bench.ts';
import { baseImage } from './machines.ts';

const unknown = 'eipalloc-0123456789abcdef0';

/** Elastic IPs from allocation to release, and a machine that has one. */
export async function addresses(bench: Bench): Promise<void> {
  const { call, settle } = bench;
  const { ec2 } = bench.aws;
  const Tags = [{ Key: 'allowlisted-by', Value: 'the bank' }];
  const made = await call('with tags', () =>
    ec2.send(new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: [{ ResourceType: 'elastic-ip', Tags }] })),
  );
  const AllocationId = made?.AllocationId ?? '';
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: await baseImage(bench), InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  const read = async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }));
    return Reservations?.[0]?.Instances?.[0];
  };
  await settle(async () => (await read())?.State?.Name === 'running');
  const joined = await call('a machine', () => ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId })));
  await call('unknown address', () => ec2.send(new AssociateAddressCommand({ AllocationId: unknown, InstanceId })));
  await call('unknown machine', () =>
    ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: 'i-0123456789abcdef0' })),
  );
  const ofMachine = { Name: 'instance-id', Values: [InstanceId] };
  await call('of a machine', () => ec2.send(new DescribeAddressesCommand({ Filters: [ofMachine] })));
  await call('by address', () =>
    ec2.send(new DescribeAddressesCommand({ Filters: [{ Name: 'public-ip', Values: [made?.PublicIp ?? ''] }] })),
  );
  await call('unknown id', () => ec2.send(new DescribeAddressesCommand({ AllocationIds: [unknown] })));
  await call('the public address of its machine', async () => ({
    isSame: (await read())?.PublicIpAddress === made?.PublicIp,
  }));
  await call('a machine', () =>
    ec2.send(new DisassociateAddressCommand({ AssociationId: joined?.AssociationId ?? '' })),
  );
  await call('unknown association', () =>
    ec2.send(new DisassociateAddressCommand({ AssociationId: 'eipassoc-0123456789abcdef0' })),
  );
  await call('of a machine that has none', () => ec2.send(new DescribeAddressesCommand({ Filters: [ofMachine] })));
  await call('free', () => ec2.send(new ReleaseAddressCommand({ AllocationId })));
  await call('gone', () => ec2.send(new ReleaseAddressCommand({ AllocationId })));
}
