import type * as client from '@aws-sdk/client-cloudwatch';
import { startMetrics } from '../engine/cloudwatch/start.ts';
import { alarmOperations } from './cloudwatch/alarms.ts';
import { metricOperations } from './cloudwatch/metrics.ts';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = { ...metricOperations, ...alarmOperations };

/** CloudWatch: metrics that machines and load balancers really produce, those that callers put, and alarms on them. */
export const cloudWatch: Service = {
  signingName: 'monitoring',
  iamPrefix: 'cloudwatch',
  protocol: 'json',
  isQueryCompatible: true,
  load: () => import('@aws-sdk/client-cloudwatch'),
  operations,
  start: startMetrics,
};
