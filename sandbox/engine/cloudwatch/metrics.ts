import type { Engine } from '../engine.ts';
import type { Point, Series } from './state.ts';

export const minuteMs = 60_000;
/** "Data points with a period of 60 seconds are available for 15 days" (cloudwatch_concepts.html, metrics retention). */
const keptMs = 15 * 86_400_000;
/** Enough for a percentile; a busy minute keeps every so manieth value. */
const keptValues = 200;

/** What names a metric. */
export type MetricName = Pick<Series, 'namespace' | 'name' | 'dimensions'>;

const keyOf = ({ namespace, name, dimensions }: MetricName): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

export const findSeries = (engine: Engine, metric: MetricName): Series | undefined =>
  engine.state.cloudwatch.series[keyOf(metric)];

/** Several values at once: `count` times between `min` and `max`, `sum` in all. */
export type Sample = Omit<Point, 'at'>;

export const oneValue = (value: number, count = 1): Sample => ({
  count,
  sum: value * count,
  min: value,
  max: value,
  values: [value],
});

/** Adds to the minute of `at` (now unless given). Under load this is often: the loop saves, once a minute. */
export function putMetric(
  engine: Engine,
  metric: MetricName & { unit?: string },
  sample: Sample,
  at = engine.clock.now(),
): void {
  const { series } = engine.state.cloudwatch;
  const key = keyOf(metric);
  const found = (series[key] ??= { ...metric, points: [] });
  if (metric.unit !== undefined) found.unit = metric.unit;
  const minute = Math.floor(at / minuteMs) * minuteMs;
  const last = found.points.findLast((point) => point.at <= minute);
  if (last?.at === minute) merge(last, sample);
  else
    found.points.splice(last ? found.points.indexOf(last) + 1 : 0, 0, {
      at: minute,
      ...sample,
      values: [...sample.values],
    });
  const oldest = engine.clock.now() - keptMs;
  while ((found.points[0]?.at ?? oldest) < oldest) found.points.shift();
}

function merge(point: Point, sample: Sample): void {
  point.count += sample.count;
  point.sum += sample.sum;
  point.min = Math.min(point.min, sample.min);
  point.max = Math.max(point.max, sample.max);
  if (point.values.length < keptValues) point.values.push(...sample.values);
  else point.values[point.count % keptValues] = sample.values[0] ?? point.max;
}

/** The points of whole periods between two moments, periods counted from the epoch; periods without data are left out. */
export function periodsOf(
  series: Series | undefined,
  { fromMs, toMs, periodSeconds }: { fromMs: number; toMs: number; periodSeconds: number },
): Point[] {
  const periodMs = Math.max(periodSeconds, 60) * 1000;
  const periods = new Map<number, Point>();
  for (const point of series?.points ?? []) {
    if (point.at < Math.floor(fromMs / minuteMs) * minuteMs || point.at >= toMs) continue;
    const at = Math.floor(point.at / periodMs) * periodMs;
    const known = periods.get(at);
    if (known) merge(known, point);
    else periods.set(at, { ...point, values: [...point.values], at });
  }
  return [...periods.values()].toSorted((a, b) => a.at - b.at);
}

/** A statistic of a point: SampleCount, Average, Sum, Minimum, Maximum or a percentile such as `p99.9`. Undefined for others. */
export function statisticOf(point: Point, statistic: string): number | undefined {
  const percentile = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1];
  if (percentile !== undefined) {
    const sorted = point.values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil((Number(percentile) / 100) * sorted.length) - 1)] ?? point.max;
  }
  const { count, sum, min, max } = point;
  const known: Record<string, number> = {
    SampleCount: count,
    Average: sum / count,
    Sum: sum,
    Minimum: min,
    Maximum: max,
  };
  return known[statistic];
}
