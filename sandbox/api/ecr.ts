import type * as client from '@aws-sdk/client-ecr';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const ecr: Service = {
  signingName: 'ecr',
  protocol: 'json',
  load: () => import('@aws-sdk/client-ecr'),
  operations,
};
