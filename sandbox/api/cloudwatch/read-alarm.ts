import type * as client from '@aws-sdk/client-cloudwatch';
import { knownComparisons } from '../../engine/cloudwatch/alarms.ts';
import type { Alarm } from '../../engine/cloudwatch/state.ts';
import { checkPeriod, readDimensions, statisticForm, validation } from './read.ts';

type Input = Partial<client.PutMetricAlarmInput>;
type Settings = Pick<
  Alarm,
  | 'actionsEnabled'
  | 'okActions'
  | 'alarmActions'
  | 'insufficientDataActions'
  | 'namespace'
  | 'metricName'
  | 'dimensions'
  | 'statistic'
  | 'periodSeconds'
  | 'evaluationPeriods'
  | 'threshold'
  | 'comparison'
  | 'treatMissingData'
> &
  Partial<Alarm>;

/** What a PutMetricAlarm sets. Throws `ValidationError`. */
export function readAlarm(input: Input): Settings {
  const { MetricName, Namespace, Threshold, Metrics } = input;
  if (Metrics) throw validation('The sandbox has no alarms of metric expressions.');
  if (MetricName === undefined || Namespace === undefined || Threshold === undefined) {
    throw validation('MetricName, Namespace and Threshold must be specified.');
  }
  return {
    namespace: Namespace,
    metricName: MetricName,
    threshold: Threshold,
    dimensions: readDimensions(input.Dimensions, validation),
    statistic: readStatistic(input),
    comparison: readComparison(input),
    ...readPeriods(input),
    treatMissingData: readMissing(input),
    ...readActions(input),
    ...optional('description', input.AlarmDescription),
    ...optional('unit', input.Unit),
    ...optional('datapointsToAlarm', input.DatapointsToAlarm),
  };
}

const optional = <Key extends keyof Alarm>(key: Key, value: Alarm[Key] | undefined): Partial<Alarm> =>
  value === undefined ? {} : { [key]: value };

const readActions = (input: Input) => ({
  actionsEnabled: input.ActionsEnabled ?? true,
  okActions: input.OKActions ?? [],
  alarmActions: input.AlarmActions ?? [],
  insufficientDataActions: input.InsufficientDataActions ?? [],
});

function readStatistic({ Statistic, ExtendedStatistic }: Input): string {
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw validation('Exactly one of Statistic and ExtendedStatistic must be specified.');
  }
  const statistic = Statistic ?? ExtendedStatistic ?? '';
  if (statisticForm.test(statistic)) return statistic;
  throw validation(`The value ${statistic} for parameter ExtendedStatistic is not supported.`);
}

function readComparison({ ComparisonOperator }: Input): string {
  if (ComparisonOperator && knownComparisons.includes(ComparisonOperator)) return ComparisonOperator;
  throw validation(`The sandbox cannot compare with '${ComparisonOperator}'.`);
}

/** "The number of evaluation periods multiplied by the period cannot be more than a day" (a week from periods of an hour on). */
function readPeriods({ Period = 0, EvaluationPeriods = 0, DatapointsToAlarm }: Input) {
  checkPeriod(Period, validation);
  if (EvaluationPeriods < 1) throw validation('EvaluationPeriods must be 1 or more.');
  const most = (Period >= 3600 ? 7 : 1) * 86_400;
  if (Period * EvaluationPeriods > most) {
    throw validation(`Metrics cannot be checked across more than ${most} seconds (EvaluationPeriods * Period).`);
  }
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods) {
    throw validation('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  }
  return { periodSeconds: Period, evaluationPeriods: EvaluationPeriods };
}

const missingOptions = ['breaching', 'notBreaching', 'ignore', 'missing'];

function readMissing({ TreatMissingData = 'missing' }: Input): string {
  if (missingOptions.includes(TreatMissingData)) return TreatMissingData;
  throw validation(
    `Option ${TreatMissingData} is not supported. Supported options for TreatMissingData are [${missingOptions.join(', ')}].`,
  );
}
