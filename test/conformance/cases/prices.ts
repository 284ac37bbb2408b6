import { GetProductsCommand } from '@aws-sdk/client-pricing';
import type { Bench } from '../bench.ts';

/** Prices of products. */
export async function prices({ aws: { pricing }, call }: Bench): Promise<void> {
  const filter = (Field: string, Value: string) => ({ Type: 'TERM_MATCH' as const, Field, Value });
  const Filters = [filter('instanceType', 't3.small'), filter('operatingSystem', 'Linux')];
  const request = { ServiceCode: 'AmazonEC2', FormatVersion: 'aws_v1' };
  await call('of an instance type', () => pricing.send(new GetProductsCommand({ ...request, Filters })));
  await call('of nothing', () =>
    pricing.send(new GetProductsCommand({ ...request, Filters: [filter('instanceType', 'x9.huge')] })),
  );
  await call('bad format', () => pricing.send(new GetProductsCommand({ ...request, FormatVersion: 'v0' })));
}
