import type { Engine } from '../engine.ts';
import { findSeries, periodsOf, statisticOf } from './metrics.ts';
import type { Alarm, AlarmState, Point } from './state.ts';

const compare: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** Comparisons that the sandbox can judge; those of anomaly bands are not among them. */
export const knownComparisons = Object.keys(compare);

/** Looks at every alarm again, as CloudWatch does each minute. */
export function evaluateAlarms(engine: Engine): void {
  for (const alarm of Object.values(engine.state.cloudwatch.alarms)) {
    const judged = judgeAlarm(alarm, recentPoints(engine, alarm));
    if (judged) changeAlarm(engine, alarm, judged);
  }
}

function recentPoints(engine: Engine, alarm: Alarm): Point[] {
  const periodMs = alarm.periodSeconds * 1000;
  const toMs = Math.floor(engine.clock.now() / periodMs) * periodMs;
  const fromMs = toMs - alarm.evaluationPeriods * periodMs;
  const metric = { namespace: alarm.namespace, name: alarm.metricName, dimensions: alarm.dimensions };
  return periodsOf(findSeries(engine, metric), { fromMs, toMs, periodSeconds: alarm.periodSeconds });
}

interface Judged {
  state: AlarmState;
  reason: string;
}

/**
 * What an alarm's last whole periods make of it; undefined leaves it as it is. Missing ones count as `treatMissingData`
 * says (AlarmThatSendsEmail.html, "Configuring how CloudWatch alarms treat missing data").
 */
export function judgeAlarm(alarm: Alarm, points: readonly Point[]): Judged | undefined {
  const { evaluationPeriods, threshold, treatMissingData } = alarm;
  const needed = alarm.datapointsToAlarm ?? evaluationPeriods;
  const values = points.flatMap((point) => statisticOf(point, alarm.statistic) ?? []);
  const isOver = compare[alarm.comparison] ?? (() => false);
  const over = values.filter((value) => isOver(value, threshold));
  const missing = evaluationPeriods - values.length;
  if (values.length === 0 && treatMissingData === 'missing') return insufficient(missing);
  if (values.length === 0 && treatMissingData === 'ignore') return undefined;
  const breaching = over.length + (treatMissingData === 'breaching' ? missing : 0);
  const shown = `${over.length} out of the last ${evaluationPeriods} datapoints [${values.join(', ')}]`;
  return breaching >= needed
    ? { state: 'ALARM', reason: `Threshold Crossed: ${shown} crossed the threshold (${threshold}).` }
    : { state: 'OK', reason: `Threshold not crossed: ${shown} crossed the threshold (${threshold}).` };
}

const insufficient = (missing: number): Judged => ({
  state: 'INSUFFICIENT_DATA',
  reason: `Insufficient Data: ${missing} datapoints were unknown.`,
});

/** Writes a state down, with when it was looked at and when it last changed. */
export function changeAlarm(engine: Engine, alarm: Alarm, { state, reason }: Judged): void {
  const now = engine.clock.now();
  if (alarm.state === state) return;
  engine.log(`alarm ${alarm.name}: ${alarm.state} -> ${state}`);
  Object.assign(alarm, { state, stateReason: reason, updatedAt: now, transitionedAt: now });
  delete alarm.stateReasonData;
  engine.save();
}

/** Which of these alarms are in ALARM now. */
export const ringing = (engine: Engine, names: readonly string[]): string[] =>
  names.filter((name) => engine.state.cloudwatch.alarms[name]?.state === 'ALARM');
