import { DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Bench } from '../bench.ts';

/** Alarms by name: one that there is, and one that there is not. */
export async function alarms({ aws: { cloudWatch }, call }: Bench): Promise<void> {
  const names = { AlarmNames: ['too-many-errors', 'nothing'] };
  await call('none of that name', () => cloudWatch.send(new DescribeAlarmsCommand(names)));
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'too-many-errors',
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HTTPCode_Target_5XX_Count',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await call('by name', () => cloudWatch.send(new DescribeAlarmsCommand(names)));
}
