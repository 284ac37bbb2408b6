import type * as client from '@aws-sdk/client-ssm';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const ssm: Service = {
  signingName: 'ssm',
  protocol: 'json',
  load: () => import('@aws-sdk/client-ssm'),
  operations,
};
