import { GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { clients } from '../../support/sandbox.ts';
import { startSite } from './site.ts';

test('the balancer counts requests, answers by class, their time, and connections', async () => {
  await using site = await startSite();
  const { cloudWatch } = clients(site.sandbox);
  await site.addTarget((request, response) => {
    response.statusCode = request.url === '/broken' ? 500 : 200;
    response.end();
  });
  for (const path of ['/', '/', '/', '/broken']) await site.ask(path);
  const LoadBalancer = { Name: 'LoadBalancer', Value: site.loadBalancerArn.split(':loadbalancer/')[1] };
  const read = async (MetricName: string, more: { Name: string; Value: string | undefined }[] = []) => {
    const now = Date.now();
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/ApplicationELB',
        MetricName,
        Dimensions: [LoadBalancer, ...more],
        StartTime: new Date(now - 600_000),
        EndTime: new Date(now + 60_000),
        Period: 60,
        Statistics: ['Sum', 'Maximum'],
      }),
    );
    return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
  };
  expect(await read('RequestCount')).toBe(4);
  expect(await read('HTTPCode_Target_2XX_Count')).toBe(3);
  const group = { Name: 'TargetGroup', Value: site.targetGroupArn.split(':').at(-1) };
  expect(await read('HTTPCode_Target_5XX_Count', [group])).toBe(1);
  expect(await read('TargetResponseTime')).toBeGreaterThan(0);
  expect(await read('NewConnectionCount')).toBe(4);
  expect(await read('ActiveConnectionCount')).toBeGreaterThanOrEqual(4);
  const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ MetricName: 'RequestCount' }));
  expect(Metrics?.map(({ Dimensions }) => Dimensions?.length).toSorted()).toEqual([1, 2]);
});

test('an error of the balancer’s own is counted as such', async () => {
  await using site = await startSite();
  await site.ask('/');
  const { cloudWatch } = clients(site.sandbox);
  const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'AWS/ApplicationELB' }));
  expect(Metrics?.map(({ MetricName }) => MetricName)).toContain('HTTPCode_ELB_503_Count');
});
