import type * as client from '@aws-sdk/client-auto-scaling';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const autoScaling: Service = {
  signingName: 'autoscaling',
  protocol: 'query',
  load: () => import('@aws-sdk/client-auto-scaling'),
  operations,
};
