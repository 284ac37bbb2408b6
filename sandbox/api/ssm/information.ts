import type * as client from '@aws-sdk/client-ssm';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { isOnline, managedInstances } from './managed.ts';

/** API_DescribeInstanceInformation.html */
export const describeInstanceInformation: HandlerFor<typeof client, 'DescribeInstanceInformation'> = (
  input,
  { engine },
) => {
  const filters = [
    ...(input.Filters ?? []).map(({ Key = '', Values = [] }) => ({ key: Key, values: Values })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key = '', valueSet = [] }) => ({
      key: key,
      values: valueSet,
    })),
  ];
  const all = managedInstances(engine).map((one) => informationForm(engine, one));
  const fits = (one: client.InstanceInformation) =>
    filters.every(({ key, values }) => {
      if (key === 'InstanceIds') return values.includes(one.InstanceId ?? '');
      if (key === 'PingStatus') return values.includes(one.PingStatus ?? '');
      throw new AwsError('InvalidFilterKey', `The sandbox does not filter by '${key}'`);
    });
  const { items, next } = page(all.filter(fits), {
    keyOf: ({ InstanceId = '' }) => InstanceId,
    limit: input.MaxResults ?? 10,
    token: input.NextToken,
    invalidTokenCode: 'InvalidNextToken',
  });
  return { InstanceInformationList: items, ...(next !== undefined && { NextToken: next }) };
};

const informationForm = (engine: Engine, one: InstanceRecord): client.InstanceInformation => ({
  InstanceId: one.id,
  PingStatus: isOnline(one) ? 'Online' : 'ConnectionLost',
  LastPingDateTime: new Date(isOnline(one) ? engine.clock.now() : one.launchedAtMs),
  AgentVersion: '3.3.0.0',
  IsLatestVersion: true,
  PlatformType: 'Linux',
  PlatformName: 'Amazon Linux',
  PlatformVersion: '2023',
  ResourceType: 'EC2Instance',
  IPAddress: one.privateIp,
  ComputerName: `ip-${one.privateIp.replaceAll('.', '-')}`,
  SourceId: one.id,
  SourceType: 'AWS::EC2::Instance',
});
