/** What was put into one period of a metric. */
export interface Point {
  /** Beginning of the minute, epoch milliseconds. */
  at: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Single values for percentiles, as many as are kept. */
  values: number[];
}

/** One metric: namespace, name and dimensions together. */
export interface Series {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  unit?: string;
  /** Oldest first, one a minute. */
  points: Point[];
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Alarm {
  name: string;
  arn: string;
  description?: string;
  actionsEnabled: boolean;
  okActions: string[];
  alarmActions: string[];
  insufficientDataActions: string[];
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
  /** `Average`, `Sum`, … or a percentile, `p99`. */
  statistic: string;
  unit?: string;
  periodSeconds: number;
  evaluationPeriods: number;
  datapointsToAlarm?: number;
  threshold: number;
  comparison: string;
  treatMissingData: string;
  state: AlarmState;
  stateReason: string;
  stateReasonData?: string;
  configuredAt: number;
  updatedAt: number;
  transitionedAt: number;
  tags: Record<string, string>;
}

/** Counters of a machine as they were when it was last looked at. */
export interface UsageSeen {
  receivedBytes: number;
  sentBytes: number;
  cpuSeconds: number;
  at: number;
}

/** What the sandbox remembers of CloudWatch. Plain JSON; times in epoch milliseconds. */
export interface CloudWatchState {
  /** By `seriesKey`. */
  series: Record<string, Series>;
  /** By name. */
  alarms: Record<string, Alarm>;
  /** By instance id. */
  usage: Record<string, UsageSeen>;
}

export const emptyCloudWatch = (): CloudWatchState => ({ series: {}, alarms: {}, usage: {} });
