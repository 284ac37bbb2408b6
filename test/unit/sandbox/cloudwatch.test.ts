import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import { simulatedMachines } from '../../../sandbox/engine/machines/simulated.ts';
import { fakeClock } from '../../support/clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

const startMs = Date.UTC(2026, 0, 31, 10);
const minutes = (count: number) => count * 60_000;

async function start() {
  const clock = fakeClock({ startMs });
  const behaviour = () => ({
    run: async (act: { use: (amounts: object) => void; sleep: (ms: number) => Promise<void> }) => {
      for (;;) {
        act.use({ receivedBytes: 1000, sentBytes: 300, cpuSeconds: 12 });
        await act.sleep(minutes(1));
      }
    },
  });
  const sandbox = await startSandbox({ clock, machines: simulatedMachines({ clock, behaviour }) });
  const aws = clients(sandbox);
  const { cloudWatch } = aws;
  const put = (Value: number, agoMs = 0) =>
    cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [{ MetricName: 'Errors', Value, Timestamp: new Date(clock.now() - agoMs), Unit: 'Count' }],
      }),
    );
  const alarm = (more: Partial<PutMetricAlarmCommandInput> = {}) =>
    cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'errors',
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 10,
        ComparisonOperator: 'GreaterThanThreshold',
        ...more,
      }),
    );
  const state = async () => {
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
    return MetricAlarms?.[0]?.StateValue;
  };
  return { clock, sandbox, ...aws, put, alarm, state };
}

test('values that were put come back by period and statistic', async () => {
  const { cloudWatch, clock, put } = await start();
  for (const value of [1, 2, 3, 10]) await put(value);
  await clock.advance(minutes(1));
  await put(20);
  const range = { StartTime: new Date(startMs), EndTime: new Date(startMs + minutes(5)) };
  const metric = { Namespace: 'Shop', MetricName: 'Errors' };
  const statistics = await cloudWatch.send(
    new GetMetricStatisticsCommand({ ...metric, ...range, Period: 60, Statistics: ['Sum', 'Average', 'SampleCount'] }),
  );
  expect(statistics.Datapoints).toEqual([
    { Timestamp: range.StartTime, Sum: 16, Average: 4, SampleCount: 4, Unit: 'Count' },
    { Timestamp: new Date(startMs + minutes(1)), Sum: 20, Average: 20, SampleCount: 1, Unit: 'Count' },
  ]);
  const query = (Id: string, Stat: string, Period: number) => ({ Id, MetricStat: { Metric: metric, Stat, Period } });
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({ ...range, MetricDataQueries: [query('a', 'p50', 60), query('b', 'Maximum', 300)] }),
  );
  expect(MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
    ['a', [20, 2]],
    ['b', [20]],
  ]);
  const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'Shop' }));
  expect(Metrics).toEqual([{ ...metric, Dimensions: [] }]);
});

test('an alarm rings after its periods, is silent again, and misses data as it was told', async () => {
  const { clock, put, alarm, state } = await start();
  await alarm();
  expect(await state()).toBe('INSUFFICIENT_DATA');
  await put(11);
  await clock.advance(minutes(1));
  expect(await state()).toBe('OK');
  await put(11);
  await clock.advance(minutes(1));
  expect(await state()).toBe('ALARM');
  await put(1);
  await clock.advance(minutes(1));
  expect(await state()).toBe('OK');
  await clock.advance(minutes(3));
  expect(await state()).toBe('INSUFFICIENT_DATA');
  await alarm({ TreatMissingData: 'breaching' });
  await clock.advance(minutes(1));
  expect(await state()).toBe('ALARM');
  await alarm({ TreatMissingData: 'notBreaching' });
  await clock.advance(minutes(1));
  expect(await state()).toBe('OK');
});

test('a state that was set lasts until the next look', async () => {
  const { cloudWatch, clock, alarm, state } = await start();
  await alarm();
  const set = (AlarmName: string) =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'rehearsal' }));
  await set('errors');
  expect(await state()).toBe('ALARM');
  await clock.advance(minutes(1));
  expect(await state()).toBe('INSUFFICIENT_DATA');
  await expect(set('nobody')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  await cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
  expect(await state()).toBeUndefined();
});

test.each([
  ['ValidationException', { Statistic: undefined }],
  ['ValidationException', { Period: 45 }],
  ['ValidationException', { EvaluationPeriods: 1441 }],
  ['ValidationException', { DatapointsToAlarm: 3 }],
  ['ValidationException', { TreatMissingData: 'whatever' }],
] as [string, Partial<PutMetricAlarmCommandInput>][])('an alarm is refused with %s: %o', async (name, wrong) => {
  const { alarm } = await start();
  // The SDK knows the shape; what the query protocol called it stands beside (awsQueryCompatible).
  await expect(onPurpose(() => alarm(wrong))).rejects.toMatchObject({ name, Code: 'ValidationError' });
});

test('machines are measured every five minutes', async () => {
  const { cloudWatch, ec2, clock } = await start();
  const launch = { ImageId: stockImageId('x86_64'), InstanceType: 't3.small', MinCount: 1, MaxCount: 1 } as const;
  const { Instances } = await ec2.send(new RunInstancesCommand(launch));
  await clock.advance(minutes(16));
  const read = async (MetricName: string) => {
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/EC2',
        MetricName,
        Dimensions: [{ Name: 'InstanceId', Value: Instances?.[0]?.InstanceId }],
        StartTime: new Date(startMs),
        EndTime: new Date(clock.now()),
        Period: 300,
        Statistics: ['Sum'],
      }),
    );
    return Datapoints.map(({ Sum }) => Sum);
  };
  const received = await read('NetworkIn');
  expect(received).toHaveLength(3);
  expect(received.slice(1)).toEqual([5000, 5000]);
  expect((await read('NetworkOut')).at(-1)).toBe(1500);
  // Twelve of sixty seconds on one of two processors.
  expect((await read('CPUUtilization')).at(-1)).toBeCloseTo(10);
});
