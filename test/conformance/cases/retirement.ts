import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DeleteParameterCommand, GetParametersByPathCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Bench } from '../bench.ts';
import { baseImage } from './machines.ts';

const unknown = 'i-0123456789abcdef0';

/** What the retirement of an old load balancer asks: evidence in parameters, a machine stopped and started, leftovers. */
export async function retirement(bench: Bench): Promise<void> {
  await evidence(bench);
  await oldMachine(bench);
  await counts(bench);
}

/** What a load balancer counted that nobody has asked anything yet. */
async function counts({ aws: { cloudWatch }, call, malformed }: Bench): Promise<void> {
  const Metric = { Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCount' };
  const MetricDataQueries = [{ Id: 'requests', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }];
  const EndTime = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const StartTime = new Date(EndTime.getTime() - 600_000);
  await call('of nothing', () => cloudWatch.send(new GetMetricDataCommand({ StartTime, EndTime, MetricDataQueries })));
  await malformed('bad id', () =>
    cloudWatch.send(
      new GetMetricDataCommand({
        StartTime,
        EndTime,
        MetricDataQueries: [{ ...MetricDataQueries[0], Id: 'Requests' }],
      }),
    ),
  );
}

async function evidence({ aws: { ssm }, call, malformed }: Bench): Promise<void> {
  const path = '/redeploy/shop/production/retire';
  const put = (step: string, Value: string, Overwrite = true) =>
    ssm.send(new PutParameterCommand({ Name: `${path}/${step}`, Value, Type: 'String', Overwrite }));
  await call('none yet', () => ssm.send(new GetParametersByPathCommand({ Path: path })));
  await call('new', () => put('plan', '{"state":"begun"}'));
  await call('again', () => put('plan', '{"state":"done"}'));
  await call('without overwriting', () => put('plan', '{}', false));
  await call('too large', () =>
    ssm.send(new PutParameterCommand({ Name: '/other/large', Value: 'x'.repeat(4097), Type: 'String' })),
  );
  await put('shift', '{}');
  await call('there', () => ssm.send(new GetParametersByPathCommand({ Path: path })));
  await call('one page', async () => {
    const page = await ssm.send(new GetParametersByPathCommand({ Path: path, MaxResults: 1 }));
    return { count: page.Parameters?.length, more: page.NextToken !== undefined };
  });
  await malformed('page too large', () => ssm.send(new GetParametersByPathCommand({ Path: path, MaxResults: 11 })));
  await call('there', () => ssm.send(new DeleteParameterCommand({ Name: `${path}/shift` })));
  await call('gone', () => ssm.send(new DeleteParameterCommand({ Name: `${path}/shift` })));
}

async function oldMachine(bench: Bench): Promise<void> {
  const { call, settle } = bench;
  const { ec2 } = bench.aws;
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'old-balancer', Description: 'by hand', VpcId: Vpcs[0]?.VpcId }),
  );
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: await baseImage(bench),
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds: [GroupId],
    }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  const InstanceIds = [InstanceId];
  const isIn = (state: string) => async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    return Reservations?.[0]?.Instances?.[0]?.State?.Name === state;
  };
  await settle(isIn('running'));
  const protection = { InstanceId, Attribute: 'disableApiTermination' } as const;
  await call('protection', () => ec2.send(new DescribeInstanceAttributeCommand(protection)));
  await call('unknown machine', () =>
    ec2.send(new DescribeInstanceAttributeCommand({ ...protection, InstanceId: unknown })),
  );
  await call('a running one', () => ec2.send(new StopInstancesCommand({ InstanceIds })));
  await settle(isIn('stopped'));
  await call('a stopped one', () => ec2.send(new StartInstancesCommand({ InstanceIds })));
  await settle(isIn('running'));
  await call('a running one', () => ec2.send(new StartInstancesCommand({ InstanceIds })));
  await call('unknown machine', () => ec2.send(new StopInstancesCommand({ InstanceIds: [unknown] })));
  await call('unknown machine', () => ec2.send(new StartInstancesCommand({ InstanceIds: [unknown] })));
  await call('in use', () => ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
  await call('unknown group', () => ec2.send(new DeleteSecurityGroupCommand({ GroupId: 'sg-0123456789abcdef0' })));
}
