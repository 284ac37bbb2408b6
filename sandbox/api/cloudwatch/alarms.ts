import type * as client from '@aws-sdk/client-cloudwatch';
import { changeAlarm } from '../../engine/cloudwatch/alarms.ts';
import type { Alarm } from '../../engine/cloudwatch/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { readAlarm } from './read-alarm.ts';
import { dimensionList, validation } from './read.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** API_PutMetricAlarm.html. "If you are updating an alarm, its state is left unchanged"; tags are for new ones. */
const putMetricAlarm: For<'PutMetricAlarm'> = (input, { engine }) => {
  const { account, region, cloudwatch } = engine.state;
  const { AlarmName: name } = input;
  const now = engine.clock.now();
  const fresh = {
    name,
    arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
    state: 'INSUFFICIENT_DATA' as const,
    stateReason: 'Unchecked: Initial alarm creation',
    updatedAt: now,
    transitionedAt: now,
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  const { state, stateReason, updatedAt, transitionedAt, tags } = cloudwatch.alarms[name] ?? fresh;
  const kept = { state, stateReason, updatedAt, transitionedAt, tags };
  cloudwatch.alarms[name] = { ...fresh, ...kept, ...readAlarm(input), configuredAt: now };
};

const form = (alarm: Alarm): client.MetricAlarm => ({
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
  ActionsEnabled: alarm.actionsEnabled,
  OKActions: alarm.okActions,
  AlarmActions: alarm.alarmActions,
  InsufficientDataActions: alarm.insufficientDataActions,
  StateValue: alarm.state,
  StateReason: alarm.stateReason,
  ...(alarm.stateReasonData !== undefined && { StateReasonData: alarm.stateReasonData }),
  StateUpdatedTimestamp: new Date(alarm.updatedAt),
  StateTransitionedTimestamp: new Date(alarm.transitionedAt),
  MetricName: alarm.metricName,
  Namespace: alarm.namespace,
  ...(/^p\d/.test(alarm.statistic)
    ? { ExtendedStatistic: alarm.statistic }
    : { Statistic: alarm.statistic as client.Statistic }),
  Dimensions: dimensionList(alarm.dimensions),
  Period: alarm.periodSeconds,
  ...(alarm.unit !== undefined && { Unit: alarm.unit as client.StandardUnit }),
  EvaluationPeriods: alarm.evaluationPeriods,
  ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
  Threshold: alarm.threshold,
  ComparisonOperator: alarm.comparison as client.ComparisonOperator,
  TreatMissingData: alarm.treatMissingData,
});

const describeAlarms: For<'DescribeAlarms'> = (input, { engine }) => {
  const { AlarmNames, AlarmNamePrefix, MaxRecords = 50 } = input;
  if (AlarmNames && AlarmNamePrefix !== undefined) {
    throw validation('AlarmNames and AlarmNamePrefix cannot be specified together.');
  }
  if (MaxRecords < 1 || MaxRecords > 100) throw validation('MaxRecords must be between 1 and 100.');
  const ofMetrics = !input.AlarmTypes?.length || input.AlarmTypes.includes('MetricAlarm');
  const fitting = Object.values(engine.state.cloudwatch.alarms).filter(
    ({ name, state, alarmActions }) =>
      ofMetrics &&
      (AlarmNames?.includes(name) ?? name.startsWith(AlarmNamePrefix ?? '')) &&
      (input.StateValue ?? state) === state &&
      (input.ActionPrefix === undefined || alarmActions.some((action) => action.startsWith(input.ActionPrefix ?? ''))),
  );
  const { items, next } = page(fitting, {
    keyOf: ({ name }) => name,
    limit: MaxRecords,
    token: input.NextToken,
    invalidTokenCode: 'InvalidNextToken',
  });
  return { MetricAlarms: items.map(form), CompositeAlarms: [], ...(next !== undefined && { NextToken: next }) };
};

function findAlarm(engine: Engine, name: string): Alarm {
  const { alarms } = engine.state.cloudwatch;
  const found = Object.hasOwn(alarms, name) ? alarms[name] : undefined;
  if (!found) throw new AwsError('ResourceNotFound', `Alarm ${name} does not exist`, { status: 404 });
  return found;
}

export const alarmOperations: Operations<typeof client> = {
  PutMetricAlarm: putMetricAlarm,
  DescribeAlarms: describeAlarms,

  /** Names that are not there are no error when some are (API_DeleteAlarms.html). */
  DeleteAlarms: ({ AlarmNames }, { engine }) => {
    if (AlarmNames.length > 100) throw validation('At most 100 alarms can be deleted in one call.');
    const [only, ...more] = AlarmNames;
    if (only !== undefined && more.length === 0) findAlarm(engine, only);
    for (const name of AlarmNames) delete engine.state.cloudwatch.alarms[name];
  },

  /** Until the next evaluation, as AWS says. */
  SetAlarmState: ({ AlarmName, StateValue, StateReason, StateReasonData }, { engine }) => {
    const alarm = findAlarm(engine, AlarmName);
    changeAlarm(engine, alarm, { state: StateValue, reason: StateReason });
    alarm.stateReason = StateReason;
    if (StateReasonData !== undefined) alarm.stateReasonData = StateReasonData;
  },
};
