import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const elasticLoadBalancing: Service = {
  signingName: 'elasticloadbalancing',
  protocol: 'query',
  load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  operations,
};
