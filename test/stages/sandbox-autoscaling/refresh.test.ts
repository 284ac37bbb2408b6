import {
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  RollbackInstanceRefreshCommand,
  SetDesiredCapacityCommand,
  SetInstanceProtectionCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import { startFleet, watch } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { clients } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

const AutoScalingGroupName = 'shop';
const refused = (name: string, message?: RegExp) => ({
  name,
  ...(message && { message: expect.stringMatching(message) as unknown }),
});
const full = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 };
const over = (fleet: Fleet) => async () => (await fleet.refresh()).EndTime !== undefined;
const saved = async (fleet: Fleet) => (await fleet.group())?.LaunchTemplate?.Version;
const rollback = (fleet: Fleet) => fleet.asg.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName }));

/** A fleet with `count` instances of version 1 in service and a version 2 that runs `app`. */
async function running(app: string, count = 2, options: Parameters<typeof startFleet>[0] = {}) {
  const fleet = await startFleet(options);
  await fleet.create({ DesiredCapacity: count });
  await fleet.settled(count);
  await fleet.newVersion(app);
  return fleet;
}

describe('an instance refresh', () => {
  test('with 100/200 launches both new instances before it takes an old one out, and then saves the version', async () => {
    await using fleet = await running('slow');
    await fleet.startRefresh({ ...full, SkipMatching: true });
    expect(await fleet.refresh()).toMatchObject({ Status: 'Pending', PercentageComplete: 0, InstancesToUpdate: 2 });
    const seen = await watch(fleet, over(fleet));
    const steps = seen.map(({ versions }) => versions).filter((step, at, all) => step !== all[at - 1]);
    expect(steps).toEqual(['11', '1122', '22']);
    expect(Math.min(...seen.map(({ inService }) => inService))).toBe(2);
    expect(await fleet.refresh()).toMatchObject({
      Status: 'Successful',
      PercentageComplete: 100,
      InstancesToUpdate: 0,
    });
    expect(await saved(fleet)).toBe('2');
  });

  test('leaves the saved version alone until it succeeds; scale-outs meanwhile get the desired one', async () => {
    await using fleet = await running('slow');
    await fleet.startRefresh(full);
    await fleet.clock.advance(10_000);
    const refresh = await fleet.refresh();
    expect(refresh.Status).toBe('InProgress');
    expect(refresh.StatusReason).toMatch(
      /^Waiting for remaining instances to be available\. For example: i-\w+ has insufficient data to evaluate its health with Elastic Load Balancing\.$/,
    );
    expect(await saved(fleet)).toBe('1');
    const change = { AutoScalingGroupName, LaunchTemplate: { LaunchTemplateName: 'shop', Version: '2' } };
    const update = fleet.asg.send(new UpdateAutoScalingGroupCommand(change));
    await expect(update).rejects.toMatchObject(refused('ValidationError', /active instance refresh/));
    const second = fleet.startRefresh(full);
    await expect(second).rejects.toMatchObject(refused('InstanceRefreshInProgressFault'));
    await fleet.asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 3 }));
    await fleet.clock.advance(5000);
    expect((await fleet.versions()).filter((version) => version === '2').length).toBeGreaterThanOrEqual(3);
    await fleet.ended('Successful');
    expect(await fleet.versions()).toEqual(['2', '2', '2']);
  });

  test('succeeds at once when skip matching finds nothing to do', async () => {
    await using fleet = await running('good');
    await fleet.startRefresh({ ...full, SkipMatching: true }, '1');
    expect(await fleet.refresh()).toMatchObject({
      Status: 'Successful',
      PercentageComplete: 100,
      InstancesToUpdate: 0,
    });
    const ids = new Set((await fleet.instances()).map((one) => one.InstanceId));
    await fleet.startRefresh(full, '1');
    await fleet.ended('Successful');
    expect((await fleet.instances()).filter((one) => ids.has(one.InstanceId))).toEqual([]);
  });

  test('replaces ten in batches: 50 % at once when instances may be missing, one more than ten when not', async () => {
    await using fleet = await running('slow', 10);
    await fleet.startRefresh({ MinHealthyPercentage: 50 });
    const half = await watch(fleet, over(fleet));
    const lowest = half.filter(({ total }) => total === 10).map(({ versions }) => versions);
    expect(new Set(lowest)).toEqual(new Set(['1111111111', '1111122222', '2222222222']));
    expect(Math.min(...half.map(({ inService }) => inService))).toBe(5);
    await fleet.newVersion('good');
    await fleet.startRefresh({ MinHealthyPercentage: 100, MaxHealthyPercentage: 120 }, '3');
    const surge = await watch(fleet, over(fleet));
    expect(Math.max(...surge.map(({ total }) => total))).toBe(12);
    expect(Math.min(...surge.map(({ inService }) => inService))).toBeGreaterThanOrEqual(10);
  });

  test('with 100/100 goes one by one, the new one first; without a maximum the old one goes at the same time', async () => {
    await using fleet = await running('slow');
    await fleet.startRefresh({ MinHealthyPercentage: 100, MaxHealthyPercentage: 100 });
    const first = await watch(fleet, over(fleet));
    expect(Math.max(...first.map(({ total }) => total))).toBe(3);
    expect(Math.min(...first.map(({ inService }) => inService))).toBe(2);
    await fleet.newVersion('slow');
    await fleet.startRefresh({}, '3');
    const second = await watch(fleet, over(fleet));
    expect(Math.max(...second.map(({ total }) => total))).toBe(2);
    expect(Math.min(...second.map(({ inService }) => inService))).toBe(1);
  });

  test('counts warm-up and the load balancer evaluation time, stops at checkpoints, and bakes at the end', async () => {
    await using fleet = await running('good', 4, { timing: { elbEvaluationMs: 90_000 } });
    const started = fleet.clock.now();
    const checkpoints = { CheckpointPercentages: [50, 100], CheckpointDelay: 600 };
    await fleet.startRefresh({ ...full, InstanceWarmup: 120, ...checkpoints, BakeTime: 300 });
    await fleet.until('warm-up', async () => (await fleet.refresh()).StatusReason?.includes('warming up') ?? false);
    expect((fleet.clock.now() - started) / 1000).toBeGreaterThanOrEqual(90);
    await fleet.until('half', async () => (await fleet.refresh()).StatusReason?.includes('checkpoint') ?? false);
    expect((fleet.clock.now() - started) / 1000).toBeGreaterThanOrEqual(120);
    expect(await fleet.refresh()).toMatchObject({ PercentageComplete: 50, InstancesToUpdate: 2 });
    await fleet.clock.advance(590_000);
    expect((await fleet.versions()).filter((version) => version === '2')).toHaveLength(2);
    await fleet.until('baking', async () => (await fleet.refresh()).Status === 'Baking');
    expect(await saved(fleet)).toBe('1');
    const bakes = fleet.clock.now();
    await fleet.ended('Successful');
    expect((fleet.clock.now() - bakes) / 1000).toBeGreaterThanOrEqual(300);
    expect(await saved(fleet)).toBe('2');
  });

  test('waits for protected instances unless it is told to refresh or to ignore them', async () => {
    await using fleet = await running('good');
    const [held] = await fleet.instances();
    const InstanceIds = [held?.InstanceId ?? ''];
    const protect = { AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn: true };
    await fleet.asg.send(new SetInstanceProtectionCommand(protect));
    await fleet.startRefresh({ ...full, ScaleInProtectedInstances: 'Ignore' });
    await fleet.ended('Successful');
    expect((await fleet.versions()).sort((a = '', b = '') => a.localeCompare(b))).toEqual(['1', '2']);
    await fleet.newVersion('good');
    await fleet.startRefresh(full, '3');
    await fleet.until('it says so', async () => (await fleet.refresh()).StatusReason?.includes('protected') ?? false);
    await fleet.ended('Failed');
    await fleet.startRefresh({ ...full, ScaleInProtectedInstances: 'Refresh' }, '3');
    await fleet.ended('Successful');
    expect(await fleet.versions()).toEqual(['3', '3']);
  });
});

describe('a bad release', () => {
  test('rolls back when asked to: old instances stay, new ones go, the percentage returns to zero', async () => {
    await using fleet = await running('bad');
    const before = (await fleet.instances()).map((one) => one.InstanceId);
    await fleet.startRefresh({ ...full, SkipMatching: true });
    await fleet.until('both new ones are there', async () => (await fleet.instances()).length === 4);
    await fleet.clock.advance(20_000);
    await rollback(fleet);
    expect((await fleet.refresh()).Status).toBe('RollbackInProgress');
    await expect(rollback(fleet)).rejects.toMatchObject(refused('IrreversibleInstanceRefreshFault'));
    await fleet.ended('RollbackSuccessful');
    expect((await fleet.instances()).map((one) => one.InstanceId)).toEqual(before);
    expect(await saved(fleet)).toBe('1');
    expect(await fleet.refresh()).toMatchObject({
      PercentageComplete: 0,
      RollbackDetails: { PercentageCompleteOnRollback: 0, InstancesToUpdateOnRollback: 2 },
    });
    await expect(rollback(fleet)).rejects.toMatchObject(refused('ActiveInstanceRefreshNotFoundFault'));
  });

  test('rolls back a half finished refresh by launching the old version again, never below capacity', async () => {
    await using fleet = await running('good', 4);
    await fleet.startRefresh({ ...full, CheckpointPercentages: [50, 100], CheckpointDelay: 600 });
    await fleet.until('half', async () => (await fleet.refresh()).PercentageComplete === 50);
    await fleet.clock.advance(30_000);
    await rollback(fleet);
    const seen = await watch(fleet, over(fleet));
    expect(await fleet.versions()).toEqual(['1', '1', '1', '1']);
    expect(Math.min(...seen.map(({ inService }) => inService))).toBe(4);
    expect(await fleet.refresh()).toMatchObject({
      Status: 'RollbackSuccessful',
      RollbackDetails: { PercentageCompleteOnRollback: 50 },
    });
  });

  test('fails by itself only after an hour, and then rolls back if AutoRollback says so', async () => {
    await using fleet = await running('bad');
    await fleet.startRefresh({ ...full, AutoRollback: true });
    const started = fleet.clock.now();
    await fleet.ended('RollbackSuccessful');
    expect((fleet.clock.now() - started) / 1000).toBeGreaterThanOrEqual(3600);
    expect(await fleet.versions()).toEqual(['1', '1']);
    expect((await fleet.refresh()).RollbackDetails?.RollbackReason).toMatch(/no progress for one hour/);
  });

  test('can be cancelled: no more replacements, the group keeps its version', async () => {
    await using fleet = await running('slow');
    await fleet.startRefresh(full);
    await fleet.until('both new ones are there', async () => (await fleet.instances()).length === 4);
    await fleet.asg.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName }));
    expect((await fleet.refresh()).Status).toBe('Cancelling');
    await fleet.ended('Cancelled');
    expect((await fleet.refresh()).StatusReason).toBe('Cancelled due to user request.');
    await fleet.until('back to two', async () => (await fleet.instances()).length === 2);
    expect(await saved(fleet)).toBe('1');
    const twice = fleet.asg.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName }));
    await expect(twice).rejects.toMatchObject(refused('ActiveInstanceRefreshNotFoundFault'));
  });
});

test('what cannot work is refused at the start', async () => {
  await using fleet = await running('good');
  const wrong: [object, RegExp][] = [
    [{ MaxHealthyPercentage: 150 }, /MinHealthyPercentage/],
    [{ MinHealthyPercentage: 50, MaxHealthyPercentage: 200 }, /cannot be greater than 100/],
    [{ MinHealthyPercentage: 101 }, /between 0 and 100/],
    [{ CheckpointDelay: 60 }, /CheckpointPercentages/],
    [{ CheckpointPercentages: [50, 20] }, /ascending order/],
    [{ BakeTime: 172_801 }, /BakeTime/],
  ];
  for (const [preferences, message] of wrong) {
    await expect(onPurpose(() => fleet.startRefresh(preferences))).rejects.toMatchObject(
      refused('ValidationError', message),
    );
  }
  const bare = { AutoScalingGroupName, Preferences: { AutoRollback: true } };
  const automatic = fleet.asg.send(new StartInstanceRefreshCommand(bare));
  await expect(automatic).rejects.toMatchObject(refused('ValidationError', /desired configuration/));
  const missing = fleet.startRefresh(full, '9');
  await expect(missing).rejects.toMatchObject(refused('ValidationError', /fully-formed launch template/));
  await fleet.asg.send(new StartInstanceRefreshCommand({ AutoScalingGroupName }));
  await expect(rollback(fleet)).rejects.toMatchObject(refused('IrreversibleInstanceRefreshFault'));
  await fleet.ended('Successful');
  const latest = { LaunchTemplateName: 'shop', Version: '$Latest' };
  await fleet.asg.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, LaunchTemplate: latest }));
  await expect(fleet.startRefresh({ AutoRollback: true })).rejects.toMatchObject(
    refused('ValidationError', /\$Latest/),
  );
  await fleet.startRefresh({});
  await expect(rollback(fleet)).rejects.toMatchObject(refused('IrreversibleInstanceRefreshFault', /\$Latest/));
  const page = await fleet.asg.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 1 }));
  expect(page.NextToken).toBeUndefined();
});

describe('an alarm of a refresh', () => {
  const alarmed = async (fleet: Fleet, AlarmName: string) => {
    const { cloudWatch } = clients(fleet.sandbox);
    const metric = {
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
    } as const;
    const over = { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' } as const;
    await cloudWatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...over }));
    return cloudWatch;
  };

  test('takes the release back when it rings, also while the release bakes', async () => {
    await using fleet = await running('good');
    const cloudWatch = await alarmed(fleet, 'errors');
    const AlarmSpecification = { Alarms: ['errors'] };
    await fleet.startRefresh({ ...full, AutoRollback: true, BakeTime: 600, AlarmSpecification });
    await watch(fleet, async () => (await fleet.refresh()).Status === 'Baking');
    const MetricData = [{ MetricName: 'Errors', Value: 1 }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    await watch(fleet, over(fleet));
    const refresh = await fleet.refresh();
    expect(refresh.Status).toBe('RollbackSuccessful');
    expect(refresh.RollbackDetails?.RollbackReason).toMatch(/alarms are in the ALARM state: errors\.$/);
    expect(await saved(fleet)).toBe('1');
  });
});
