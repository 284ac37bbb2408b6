import type * as client from '@aws-sdk/client-ec2';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const ec2: Service = {
  signingName: 'ec2',
  protocol: 'ec2',
  load: () => import('@aws-sdk/client-ec2'),
  operations,
};
