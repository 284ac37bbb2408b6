import { DescribeInstanceTypesCommand } from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Bench } from '../bench.ts';

/** Limits of the account, and the vCPUs that count against one. */
export async function quotas({ aws: { ec2, serviceQuotas }, call, malformed }: Bench): Promise<void> {
  const QuotaCode = 'L-F678F1CE';
  await call('of VPC', () => serviceQuotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode })));
  await call('unknown quota', () =>
    serviceQuotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-00000000' })),
  );
  await call('unknown service', () =>
    serviceQuotas.send(new GetServiceQuotaCommand({ ServiceCode: 'nothing', QuotaCode })),
  );
  await malformed('bad code', () =>
    serviceQuotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'a b' })),
  );
  await call('by name', () => ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.small'] })));
  const few = { Filters: [{ Name: 'instance-type', Values: ['t3.small', 'x9.huge'] }], MaxResults: 5 };
  await call('one page', () => ec2.send(new DescribeInstanceTypesCommand(few)));
  await malformed('unknown', () =>
    ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['x9.huge' as 't3.small'] })),
  );
}
