import type * as client from '@aws-sdk/client-service-quotas';
import { defaultQuotas, type DefaultQuota } from '../engine/quotas/defaults.ts';
import type { Engine } from '../engine/engine.ts';
import { AwsError } from './error.ts';
import { page } from './page.ts';
import type { HandlerFor, Operations, Service } from './service.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const view = ({ state }: Engine, quota: DefaultQuota): client.ServiceQuota => ({
  ServiceCode: quota.service,
  ServiceName: quota.serviceName,
  QuotaArn: `arn:aws:servicequotas:${state.region}:${state.account}:${quota.service}/${quota.code}`,
  QuotaCode: quota.code,
  QuotaName: quota.name,
  Value: state.quotas.values[quota.code] ?? quota.value,
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
  QuotaAppliedAtLevel: 'ACCOUNT',
});

const noSuch = () => new AwsError('NoSuchResourceException', 'The specified service quota does not exist.');

const getServiceQuota: For<'GetServiceQuota'> = ({ ServiceCode, QuotaCode }, { engine }) => {
  const found = defaultQuotas.find(({ service, code }) => service === ServiceCode && code === QuotaCode);
  if (!found) throw noSuch();
  return { Quota: view(engine, found) };
};

const listServiceQuotas: For<'ListServiceQuotas'> = ({ ServiceCode, QuotaCode, MaxResults, NextToken }, { engine }) => {
  const all = defaultQuotas.filter(({ service }) => service === ServiceCode);
  if (all.length === 0) throw noSuch();
  const { items, next } = page(
    all.filter(({ code }) => QuotaCode === undefined || code === QuotaCode),
    {
      keyOf: ({ code }) => code,
      limit: MaxResults ?? 100,
      token: NextToken,
      invalidTokenCode: 'InvalidPaginationTokenException',
    },
  );
  return { Quotas: items.map((quota) => view(engine, quota)), NextToken: next };
};

const operations: Operations<typeof client> = {
  GetServiceQuota: getServiceQuota,
  ListServiceQuotas: listServiceQuotas,
};

/** Service Quotas: some limits of the account. The sandbox itself knows none of them. */
export const serviceQuotas: Service = {
  signingName: 'servicequotas',
  protocol: 'json',
  load: () => import('@aws-sdk/client-service-quotas'),
  operations,
};
