import {
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DescribeTagsCommand,
  DetachLoadBalancerTargetGroupsCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  PutLifecycleHookCommand,
  PutScalingPolicyCommand,
  DescribePoliciesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { targetLifecycleState } from '../../../sandbox/engine/autoscaling/lifecycle.ts';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import { startFleet } from './fleet.ts';

const AutoScalingGroupName = 'shop';
const refused = (name: string, message?: RegExp) => ({
  name,
  ...(message && { message: expect.stringMatching(message) as unknown }),
});

describe('a group', () => {
  test('launches its instances over its zones with propagated tags and registers them', async () => {
    await using fleet = await startFleet({ timing: { launchMs: 17_000 } });
    await fleet.create({
      Tags: [
        { Key: 'redeploy:app', Value: 'shop', PropagateAtLaunch: true },
        { Key: 'private', Value: 'x', PropagateAtLaunch: false },
      ],
    });
    await fleet.clock.advance(2000);
    expect((await fleet.instances()).map((one) => one.LifecycleState)).toEqual(['Pending', 'Pending']);
    await fleet.settled(2);
    const { Reservations } = await fleet.ec2.send(new DescribeInstancesCommand({}));
    const instances = Reservations?.flatMap(({ Instances = [] }) => Instances) ?? [];
    expect(new Set(instances.map((one) => one.Placement?.AvailabilityZone)).size).toBe(2);
    for (const { Tags = [], InstanceId = '' } of instances) {
      const tags = Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value]));
      expect(tags).toMatchObject({ 'aws:autoscaling:groupName': 'shop', 'redeploy:app': 'shop' });
      expect(tags).not.toHaveProperty('private');
      expect(targetLifecycleState(fleet.sandbox.engine, InstanceId)).toBe('InService');
    }
    const [activity] = await fleet.activities();
    expect(activity).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
    expect(activity?.Description).toMatch(/^Launching a new EC2 instance: i-/);
    expect(activity?.Cause).toMatch(
      /difference between desired and actual capacity, increasing the capacity from 0 to 2/,
    );
  });

  test('replaces an instance that was killed, and one that the load balancer finds sick after the grace period', async () => {
    await using fleet = await startFleet();
    await fleet.create();
    await fleet.settled(2);
    const [first, second] = await fleet.instances();
    fleet.machines.kill(first?.InstanceId ?? '');
    // EC2 sees an impaired host, which counts once the grace period is over.
    await fleet.until('the killed one is on its way out', async () =>
      (await fleet.instances()).some((one) => one.InstanceId === first?.InstanceId && one.HealthStatus === 'Unhealthy'),
    );
    await fleet.settled(2);
    expect((await fleet.instances()).map((one) => one.InstanceId)).not.toContain(first?.InstanceId);
    fleet.machines.behave(() => ({}));
    await fleet.newVersion('bad');
    await fleet.asg.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'shop', Version: '2' },
      }),
    );
    const terminate = { InstanceId: second?.InstanceId, ShouldDecrementDesiredCapacity: false };
    await fleet.asg.send(new TerminateInstanceInAutoScalingGroupCommand(terminate));
    expect(targetLifecycleState(fleet.sandbox.engine, second?.InstanceId ?? '')).toBe('Terminated');
    await fleet.until('a mute instance was replaced', async () =>
      (await fleet.activities()).some(({ Cause }) => Cause?.includes('ELB system health check failure')),
    );
  });

  test('grows and shrinks within its bounds, never takes protected instances, and forgets what is gone', async () => {
    await using fleet = await startFleet();
    await fleet.create({ MinSize: 1, MaxSize: 4, DesiredCapacity: 4 });
    await fleet.settled(4);
    const [oldest] = await fleet.instances();
    const InstanceIds = [oldest?.InstanceId ?? ''];
    const protect = { AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn: true };
    await fleet.asg.send(new SetInstanceProtectionCommand(protect));
    const above = fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 5 }));
    await expect(above).rejects.toMatchObject(refused('ValidationError', /above max value 4/));
    await fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
    await fleet.settled(1);
    expect((await fleet.instances())[0]?.InstanceId).toBe(oldest?.InstanceId);
    const below = { InstanceId: oldest?.InstanceId, ShouldDecrementDesiredCapacity: true };
    const violates = fleet.asg.send(new TerminateInstanceInAutoScalingGroupCommand(below));
    await expect(violates).rejects.toMatchObject(refused('ValidationError', /violate group's min size constraint/));
  });

  test('records why it cannot launch, and tries again', async () => {
    await using fleet = await startFleet();
    await fleet.create({ DesiredCapacity: 0 });
    const image = fleet.sandbox.engine.state.ec2.images[stockImageId('x86_64')];
    if (image) image.state = 'deregistered';
    await fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
    await fleet.clock.advance(5000);
    const failures = await fleet.activities();
    // Every zone is tried, and each failure is an activity of its own.
    expect(failures.map(({ StatusCode }) => StatusCode)).toEqual(['Failed', 'Failed']);
    expect(failures[0]?.StatusMessage).toMatch(/no longer available\. Launching EC2 instance failed\.$/);
    if (image) image.state = 'available';
    await fleet.settled(1);
  });

  test('waits for lifecycle hooks on both ways', async () => {
    await using fleet = await startFleet();
    await fleet.create({ DesiredCapacity: 0 });
    const hook = { AutoScalingGroupName, HeartbeatTimeout: 60, DefaultResult: 'CONTINUE' };
    const LifecycleTransition = 'autoscaling:EC2_INSTANCE_LAUNCHING';
    await fleet.asg.send(new PutLifecycleHookCommand({ ...hook, LifecycleHookName: 'up', LifecycleTransition }));
    const down = { LifecycleHookName: 'down', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };
    await fleet.asg.send(new PutLifecycleHookCommand({ ...hook, ...down }));
    await fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
    const state = async () => (await fleet.instances())[0]?.LifecycleState;
    await fleet.until('Pending:Wait', async () => (await state()) === 'Pending:Wait');
    const InstanceId = (await fleet.instances())[0]?.InstanceId;
    const complete = { AutoScalingGroupName, LifecycleHookName: 'up', InstanceId, LifecycleActionResult: 'CONTINUE' };
    await fleet.asg.send(new CompleteLifecycleActionCommand(complete));
    await fleet.settled(1);
    const again = fleet.asg.send(new CompleteLifecycleActionCommand(complete));
    await expect(again).rejects.toMatchObject(refused('ValidationError', /No active Lifecycle Action/));
    await fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 0 }));
    await fleet.until('Terminating:Wait', async () => (await state()) === 'Terminating:Wait');
    const before = fleet.clock.now();
    await fleet.until('the heartbeat ran out', async () => (await state()) === undefined);
    expect(fleet.clock.now() - before).toBeGreaterThan(55_000);
  });

  test('goes through Standby and back, and keeps its word on suspended processes', async () => {
    await using fleet = await startFleet();
    await fleet.create();
    await fleet.settled(2);
    const InstanceIds = [(await fleet.instances())[0]?.InstanceId ?? ''];
    const enter = { AutoScalingGroupName, InstanceIds, ShouldDecrementDesiredCapacity: true };
    await fleet.asg.send(new EnterStandbyCommand(enter));
    await fleet.until('Standby', async () => (await fleet.instances())[0]?.LifecycleState === 'Standby');
    expect((await fleet.group())?.DesiredCapacity).toBe(1);
    await fleet.clock.advance(60_000);
    expect(await fleet.instances()).toHaveLength(2);
    await fleet.asg.send(new ExitStandbyCommand({ AutoScalingGroupName, InstanceIds }));
    await fleet.settled(2);
    const ScalingProcesses = ['Launch'];
    await fleet.asg.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
    const sick = { InstanceId: InstanceIds[0], HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false };
    await fleet.asg.send(new SetInstanceHealthCommand(sick));
    await fleet.clock.advance(60_000);
    expect(await fleet.instances()).toHaveLength(1);
  });

  test('is refused what AWS refuses, and is deleted only when empty or by force', async () => {
    await using fleet = await startFleet();
    await fleet.create({ Tags: [{ Key: 'a', Value: '1', PropagateAtLaunch: false }] });
    await expect(fleet.create()).rejects.toMatchObject(refused('AlreadyExistsFault'));
    const other = { AutoScalingGroupName: 'other', MinSize: 1, MaxSize: 1 };
    const wrong: [object, RegExp][] = [
      [{}, /At least one Availability Zone or VPC Subnet/],
      [{ AvailabilityZones: ['us-east-1a'] }, /must contain either LaunchTemplate/],
      [{ AvailabilityZones: ['us-east-1a'], MaxSize: 0 }, /must contain either|Max bound/],
      [
        { AvailabilityZones: ['us-east-1a'], LaunchTemplate: { LaunchTemplateName: 'shop', Version: '9' } },
        /valid fully-formed launch template.*version 9/,
      ],
      [
        {
          AvailabilityZones: ['us-east-1a'],
          LaunchTemplate: { LaunchTemplateName: 'shop' },
          TargetGroupARNs: ['arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/no/1'],
        },
        /Provided Target Groups may not be valid/,
      ],
    ];
    for (const [input, message] of wrong) {
      const created = fleet.asg.send(new CreateAutoScalingGroupCommand({ ...other, ...input }));
      await expect(created).rejects.toMatchObject(refused('ValidationError', message));
    }
    const tag = {
      ResourceId: 'shop',
      ResourceType: 'auto-scaling-group',
      Key: 'a',
      Value: '2',
      PropagateAtLaunch: true,
    };
    await fleet.asg.send(new CreateOrUpdateTagsCommand({ Tags: [tag] }));
    const { Tags } = await fleet.asg.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['a'] }] }));
    expect(Tags).toEqual([tag]);
    const TargetTrackingConfiguration = {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
      TargetValue: 60,
    };
    const policy = { AutoScalingGroupName, PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling' };
    await fleet.asg.send(new PutScalingPolicyCommand({ ...policy, TargetTrackingConfiguration }));
    const { ScalingPolicies } = await fleet.asg.send(new DescribePoliciesCommand({ AutoScalingGroupName }));
    expect(ScalingPolicies).toMatchObject([{ PolicyName: 'cpu', TargetTrackingConfiguration }]);
    await fleet.settled(2);
    const detach = { AutoScalingGroupName, TargetGroupARNs: [fleet.targetGroupArn] };
    await fleet.asg.send(new DetachLoadBalancerTargetGroupsCommand(detach));
    const deletion = fleet.asg.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName }));
    await expect(deletion).rejects.toMatchObject(refused('ResourceInUseFault'));
    await fleet.asg.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
    expect((await fleet.group())?.Status).toBe('Delete in progress');
    await fleet.until('it is gone', async () => (await fleet.group()) === undefined);
  });
});
