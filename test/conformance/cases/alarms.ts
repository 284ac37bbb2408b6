import { DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Bench } from '../bench.ts';

/** Alarms by name: one that there is, and one that there is not. */
export async function alarms({ aws: { cloudWatch }, call, malformed }: Bench): Promise<void> {
  const names = { AlarmNames: ['too-many-errors', 'nothing'] };
  await call('none of that name', () => cloudWatch.send(new DescribeAlarmsCommand(names)));
  const put = (AlarmName: string) =>
    cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'HTTPCode_Target_5XX_Count',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 10,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
  await put('too-many-errors');
  await call('by name', () => cloudWatch.send(new DescribeAlarmsCommand(names)));
  await put('too-slow');
  await call('one page', async () => {
    const page = await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
    return { count: page.MetricAlarms?.length, more: page.NextToken !== undefined };
  });
  await malformed('page too large', () => cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 101 })));
}
