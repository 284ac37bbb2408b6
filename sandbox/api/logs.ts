import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const logs: Service = {
  signingName: 'logs',
  protocol: 'json',
  load: () => import('@aws-sdk/client-cloudwatch-logs'),
  operations,
};
