import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  PutScheduledUpdateGroupActionCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DeregisterTargetsCommand, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Bench } from '../bench.ts';
import { inService, prepare } from './groups.ts';

const nobody = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/nobody/0123456789abcdef';
const unknown = 'i-0123456789abcdef0';

/** Machines in reserve: found by tag, ended at a set time, put behind the balancer and taken out by hand. */
export async function reserve(bench: Bench): Promise<void> {
  const { call, settle } = bench;
  const { autoScaling, elbv2 } = bench.aws;
  const { TargetGroupARNs, ...wanted } = await prepare(bench);
  const [TargetGroupArn = ''] = TargetGroupARNs;
  await autoScaling.send(new CreateAutoScalingGroupCommand(wanted));
  await settle(async () => (await inService(bench)) === 2);
  const byTag = (Values: string[]) => new DescribeAutoScalingGroupsCommand({ Filters: [{ Name: 'tag:role', Values }] });
  const found = await autoScaling.send(byTag(['fleet']));
  await call('by a tag that none has', () => autoScaling.send(byTag(['nobody'])));

  const { AutoScalingGroupName } = wanted;
  const end = { AutoScalingGroupName, ScheduledActionName: 'end', StartTime: new Date('2099-01-01T00:00:00Z') };
  const nothing = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
  const schedule = (more: object) =>
    autoScaling.send(new PutScheduledUpdateGroupActionCommand({ ...end, ...nothing, ...more }));
  await call('new', () => schedule({}));
  await call('again', () => schedule({ StartTime: new Date('2099-01-02T00:00:00Z') }));
  await call('in the past', () => schedule({ StartTime: new Date('2001-01-01T00:00:00Z') }));
  await call('unknown group', () => schedule({ AutoScalingGroupName: 'nobody' }));

  const [one = ''] = (found.AutoScalingGroups?.[0]?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId);
  const targets = (Id: string, group = TargetGroupArn) => ({ TargetGroupArn: group, Targets: [{ Id }] });
  await call('a machine', () => elbv2.send(new RegisterTargetsCommand(targets(one))));
  await call('again', () => elbv2.send(new RegisterTargetsCommand(targets(one))));
  await call('unknown machine', () => elbv2.send(new RegisterTargetsCommand(targets(unknown))));
  await call('unknown group', () => elbv2.send(new RegisterTargetsCommand(targets(one, nobody))));
  await call('a machine', () => elbv2.send(new DeregisterTargetsCommand(targets(one))));
  await call('again', () => elbv2.send(new DeregisterTargetsCommand(targets(one))));
  await call('unknown machine', () => elbv2.send(new DeregisterTargetsCommand(targets(unknown))));
  await call('unknown group', () => elbv2.send(new DeregisterTargetsCommand(targets(one, nobody))));

  const terminate = (InstanceId: string) =>
    autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }),
    );
  await call('a machine', () => terminate(one));
  await call('unknown machine', () => terminate(unknown));
}
