import type * as client from '@aws-sdk/client-cloudwatch';
import {
  findSeries,
  oneValue,
  periodsOf,
  putMetric,
  statisticOf,
  type Sample,
} from '../../engine/cloudwatch/metrics.ts';
import type { Point } from '../../engine/cloudwatch/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { page } from '../page.ts';
import type { HandlerFor, Operations } from '../service.ts';
import {
  checkPeriod,
  dimensionList,
  invalidCombination,
  invalidValue,
  readDimensions,
  statisticForm,
  validation,
} from './read.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** "up to two weeks in the past and up to two hours into the future" (API_MetricDatum.html). */
const [pastMs, futureMs] = [14 * 86_400_000, 2 * 3_600_000];

const putMetricData: For<'PutMetricData'> = ({ Namespace, MetricData = [] }, { engine }) => {
  if (Namespace.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
  if (MetricData.length > 1000) throw invalidValue('At most 1000 metrics can be put in one call.');
  const now = engine.clock.now();
  const read = MetricData.map((datum) => {
    const at = datum.Timestamp?.getTime() ?? now;
    if (at < now - pastMs || at > now + futureMs) {
      throw invalidValue(
        `The parameter MetricData.member.1.Timestamp must specify a time no more than two weeks in the past or two hours ahead.`,
      );
    }
    return { datum, at, sample: sampleOf(datum), dimensions: readDimensions(datum.Dimensions) };
  });
  for (const { datum, at, sample, dimensions } of read) {
    const metric = { namespace: Namespace, name: datum.MetricName ?? '', dimensions, unit: datum.Unit ?? 'None' };
    putMetric(engine, metric, sample, at);
  }
};

/** Exactly one of a value, a set of statistics, and values with counts. */
function sampleOf({ Value, StatisticValues, Values, Counts }: client.MetricDatum): Sample {
  const given = [Value, StatisticValues, Values].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw invalidCombination('Exactly one of Value, StatisticValues and Values must be specified.');
  if (Value !== undefined) return oneValue(Value);
  return StatisticValues ? setOf(StatisticValues) : sampleOfMany(Values ?? [], Counts ?? []);
}

function setOf({
  SampleCount: count = 0,
  Sum: sum = 0,
  Minimum: min = 0,
  Maximum: max = 0,
}: client.StatisticSet): Sample {
  return { count, sum, min, max, values: [min, max] };
}

function sampleOfMany(values: number[], counts: number[]): Sample {
  if (values.length === 0 || values.length > 150) throw invalidValue('Values must have between 1 and 150 members.');
  const countOf = (index: number) => counts[index] ?? 1;
  return {
    count: values.reduce((sum, _, index) => sum + countOf(index), 0),
    sum: values.reduce((sum, value, index) => sum + value * countOf(index), 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values: [...values],
  };
}

interface Range {
  StartTime: Date;
  EndTime: Date;
  periodSeconds: number;
}

/** `complain`: GetMetricData has one word for all that is wrong. */
function pointsOf(
  engine: Engine,
  metric: client.Metric,
  { StartTime, EndTime, periodSeconds }: Range,
  complain?: typeof validation,
): Point[] {
  if (StartTime >= EndTime) {
    throw (complain ?? invalidCombination)('The parameter StartTime must be less than the parameter EndTime.');
  }
  checkPeriod(periodSeconds, complain);
  const { Namespace: namespace = '', MetricName: name = '' } = metric;
  const series = findSeries(engine, { namespace, name, dimensions: readDimensions(metric.Dimensions, complain) });
  return periodsOf(series, { fromMs: StartTime.getTime(), toMs: EndTime.getTime(), periodSeconds });
}

/** "The maximum number of data points returned from a single call is 1,440" (API_GetMetricStatistics.html). */
const mostDatapoints = 1440;

const getMetricStatistics: For<'GetMetricStatistics'> = (input, { engine }) => {
  const { Statistics = [], ExtendedStatistics = [], Period, StartTime, EndTime } = input;
  if (Statistics.length + ExtendedStatistics.length === 0) {
    throw invalidCombination('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  }
  if ((EndTime.getTime() - StartTime.getTime()) / 1000 / Period > mostDatapoints) {
    throw invalidCombination(`You have requested more than the limit of ${mostDatapoints} datapoints.`);
  }
  const unit = findSeries(engine, {
    namespace: input.Namespace,
    name: input.MetricName,
    dimensions: readDimensions(input.Dimensions),
  })?.unit;
  const points =
    input.Unit === undefined || input.Unit === unit
      ? pointsOf(engine, input, { StartTime, EndTime, periodSeconds: Period })
      : [];
  const valuesOf = (point: Point, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, statisticOf(point, name) ?? 0]));
  return {
    Label: input.MetricName,
    Datapoints: points.map((point) => {
      const extended = ExtendedStatistics.length > 0 && { ExtendedStatistics: valuesOf(point, ExtendedStatistics) };
      const Unit = (unit ?? 'None') as client.StandardUnit;
      return Object.assign({ Timestamp: new Date(point.at), Unit }, valuesOf(point, Statistics), extended);
    }),
  };
};

const getMetricData: For<'GetMetricData'> = (input, { engine }) => {
  const { MetricDataQueries, ScanBy, StartTime, EndTime } = input;
  if (MetricDataQueries.length > 500) throw validation('At most 500 queries can be made in one call.');
  const ids = MetricDataQueries.map(({ Id = '' }) => Id);
  const wrong = ids.find((id, index) => !/^[a-z][A-Za-z0-9_]*$/.test(id) || ids.indexOf(id) !== index);
  if (wrong !== undefined) throw validation(`The value '${wrong}' for field 'Id' is not valid or not unique.`);
  return {
    MetricDataResults: MetricDataQueries.flatMap((query) => {
      if (query.ReturnData === false) return [];
      const { MetricStat: stat } = query;
      if (!stat) throw validation(`The sandbox has no metric expressions: '${query.Expression}'`);
      const { Metric: metric = {}, Period = 60, Stat = '' } = stat;
      if (!statisticForm.test(Stat)) throw validation(`The value '${Stat}' for field 'Stat' is not valid.`);
      const points = pointsOf(engine, metric, { StartTime, EndTime, periodSeconds: Period }, validation);
      // "The default is TimestampDescending" (API_GetMetricData.html).
      const ordered = ScanBy === 'TimestampAscending' ? points : points.toReversed();
      return {
        Id: query.Id,
        Label: query.Label ?? metric.MetricName ?? '',
        Timestamps: ordered.map(({ at }) => new Date(at)),
        Values: ordered.map((point) => statisticOf(point, Stat) ?? 0),
        StatusCode: 'Complete' as const,
      };
    }),
    Messages: [],
  };
};

/** Metrics with data of the last two weeks, 500 a page. */
const listMetrics: For<'ListMetrics'> = (input, { engine }) => {
  const since = engine.clock.now() - (input.RecentlyActive === 'PT3H' ? 3 * 3_600_000 : pastMs);
  const has = (dimensions: Record<string, string>, { Name = '', Value }: client.DimensionFilter) =>
    Value === undefined ? Object.hasOwn(dimensions, Name) : dimensions[Name] === Value;
  const fitting = Object.entries(engine.state.cloudwatch.series).filter(
    ([, { namespace, name, dimensions, points }]) =>
      (input.Namespace ?? namespace) === namespace &&
      (input.MetricName ?? name) === name &&
      (input.Dimensions ?? []).every((filter) => has(dimensions, filter)) &&
      (points.at(-1)?.at ?? 0) >= since,
  );
  const { items, next } = page(fitting, {
    keyOf: ([key]) => key,
    limit: 500,
    token: input.NextToken,
    invalidTokenCode: 'InvalidParameterValue',
  });
  return {
    Metrics: items.map(([, { namespace, name, dimensions }]) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensionList(dimensions),
    })),
    ...(next !== undefined && { NextToken: next }),
  };
};

export const metricOperations: Operations<typeof client> = {
  PutMetricData: putMetricData,
  GetMetricStatistics: getMetricStatistics,
  GetMetricData: getMetricData,
  ListMetrics: listMetrics,
};
