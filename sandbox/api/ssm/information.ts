import type * as client from '@aws-sdk/client-ssm';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import { findInstance } from '../../engine/ec2/find.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { managedInstances } from './managed.ts';

/** API_DescribeInstanceInformation.html */
export const describeInstanceInformation: HandlerFor<typeof client, 'DescribeInstanceInformation'> = (
  input,
  { engine },
) => {
  check(input);
  const filters = [
    ...(input.Filters ?? []).map(({ Key = '', Values = [] }) => ({ key: Key, values: Values })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key = '', valueSet = [] }) => ({
      key: key,
      values: valueSet,
    })),
  ];
  refuseUnknown(engine, filters);
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

function check(input: client.DescribeInstanceInformationRequest): void {
  if (input.Filters && input.InstanceInformationFilterList)
    throw new AwsError('ValidationException', 'Filters and InstanceInformationFilterList cannot be given together');
  if (input.MaxResults !== undefined && (input.MaxResults < 5 || input.MaxResults > 50)) {
    const constraint = 'Member must have value between 5 and 50';
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${input.MaxResults}' at 'maxResults' failed to satisfy constraint: ${constraint}`,
    );
  }
}

/** "If you specify a node ID that isn't valid or a node that you don't own, you receive an error." */
function refuseUnknown(engine: Engine, filters: readonly { key: string; values: string[] }[]): void {
  const asked = filters.flatMap(({ key, values }) => (key === 'InstanceIds' ? values : []));
  const lost = asked.filter((id) => !findInstance(engine, id));
  if (lost.length > 0) throw new AwsError('InvalidInstanceId', `An invalid instance id was given: ${lost.join(', ')}`);
}

const informationForm = (engine: Engine, one: InstanceRecord): client.InstanceInformation => ({
  InstanceId: one.id,
  PingStatus: 'Online',
  LastPingDateTime: new Date(engine.clock.now()),
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
