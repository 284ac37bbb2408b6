import type * as client from '@aws-sdk/client-iam';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const iam: Service = {
  signingName: 'iam',
  protocol: 'query',
  load: () => import('@aws-sdk/client-iam'),
  operations,
};
