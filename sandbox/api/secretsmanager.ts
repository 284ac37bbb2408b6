import type * as client from '@aws-sdk/client-secrets-manager';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {};

export const secretsManager: Service = {
  signingName: 'secretsmanager',
  protocol: 'json',
  load: () => import('@aws-sdk/client-secrets-manager'),
  operations,
};
