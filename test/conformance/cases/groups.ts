import {
  CancelInstanceRefreshCommand,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribePoliciesCommand,
  paginateDescribeInstanceRefreshes,
  PutScalingPolicyCommand,
  ResumeProcessesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2';
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Bench } from '../bench.ts';
import { placeOf, targetGroupOf } from './balancers.ts';
import { baseImage } from './machines.ts';
import { dataOf } from './templates.ts';

const name = 'shop-production';

/** A launch template of two versions, a target group, and the group that is to be made of them. */
export async function prepare(bench: Bench) {
  const { aws } = bench;
  const { vpc, subnets } = await placeOf(bench);
  const image = await baseImage(bench);
  await aws.ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: dataOf(image, 'v1') }),
  );
  await aws.ec2.send(
    new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: name, LaunchTemplateData: dataOf(image, 'v2') }),
  );
  const { TargetGroups } = await aws.elbv2.send(new CreateTargetGroupCommand(targetGroupOf(vpc)));
  return {
    AutoScalingGroupName: name,
    LaunchTemplate: { LaunchTemplateName: name, Version: '1' },
    MinSize: 2,
    MaxSize: 4,
    DesiredCapacity: 2,
    VPCZoneIdentifier: subnets.join(','),
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 150,
    DefaultInstanceWarmup: 0,
    TargetGroupARNs: [TargetGroups?.[0]?.TargetGroupArn ?? ''],
    Tags: [{ Key: 'role', Value: 'fleet', PropagateAtLaunch: false }],
  };
}

/** How many machines of the group serve. */
export const inService = async ({ aws }: Bench): Promise<number> => {
  const { AutoScalingGroups } = await aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return AutoScalingGroups?.[0]?.Instances?.filter((one) => one.LifecycleState === 'InService').length ?? 0;
};

/** Groups and scaling policies. */
export async function groups(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { autoScaling } = bench.aws;
  const wanted = await prepare(bench);
  await call('none of that name', () =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
  );
  await call('new', () => autoScaling.send(new CreateAutoScalingGroupCommand(wanted)));
  await call('duplicate', () => autoScaling.send(new CreateAutoScalingGroupCommand(wanted)));
  await settle(async () => (await inService(bench)) === 2);
  await call('in service', () =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
  );
  await call('one page', () => autoScaling.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 1 })));
  await call('bad page token', () => autoScaling.send(new DescribeAutoScalingGroupsCommand({ NextToken: 'nonsense' })));
  const policy = {
    AutoScalingGroupName: name,
    PolicyName: 'cpu',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
      TargetValue: 60,
    },
  };
  const policies = { AutoScalingGroupName: name };
  await call('none yet', () => autoScaling.send(new DescribePoliciesCommand(policies)));
  await call('target tracking', () => autoScaling.send(new PutScalingPolicyCommand(policy)));
  await call('again', () => autoScaling.send(new PutScalingPolicyCommand(policy)));
  await call('the one there is', () => autoScaling.send(new DescribePoliciesCommand(policies)));
  await call('one page', async () => {
    const page = await autoScaling.send(new DescribePoliciesCommand({ ...policies, MaxRecords: 1 }));
    return { count: page.ScalingPolicies?.length, more: page.NextToken !== undefined };
  });
  await call('unknown group', () => autoScaling.send(new DescribePoliciesCommand({ AutoScalingGroupName: 'nobody' })));
  await call('unknown group', () =>
    autoScaling.send(new PutScalingPolicyCommand({ ...policy, AutoScalingGroupName: 'nobody' })),
  );
  await call('bad type', () =>
    autoScaling.send(new PutScalingPolicyCommand({ ...policy, PolicyName: 'x', PolicyType: 'Nonsense' })),
  );
  const processes = { ScalingProcesses: ['Launch'] };
  await call('launches', () =>
    autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: name, ...processes })),
  );
  await call('unknown group', () =>
    autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: 'nobody', ...processes })),
  );
  await call('unknown process', () =>
    autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: ['Nonsense'] })),
  );
  await call('bounds', () =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: 1, MaxSize: 3 })),
  );
  await call('minimum over maximum', () =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: 4 })),
  );
  await call('unknown group', () =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'nobody', MinSize: 1 })),
  );
  await malformed('negative minimum', () =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: -1 })),
  );
  await call('after an update', () =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
  );
  await call('minimum over maximum', () =>
    autoScaling.send(new CreateAutoScalingGroupCommand({ ...wanted, AutoScalingGroupName: 'bad-1', MinSize: 5 })),
  );
  await call('desired over maximum', () =>
    autoScaling.send(
      new CreateAutoScalingGroupCommand({ ...wanted, AutoScalingGroupName: 'bad-2', DesiredCapacity: 9 }),
    ),
  );
  await call('no place', () => {
    const { VPCZoneIdentifier: _, ...nowhere } = wanted;
    return autoScaling.send(new CreateAutoScalingGroupCommand({ ...nowhere, AutoScalingGroupName: 'bad-0' }));
  });
  await call('unknown subnet', () =>
    autoScaling.send(
      new CreateAutoScalingGroupCommand({
        ...wanted,
        AutoScalingGroupName: 'bad-3',
        VPCZoneIdentifier: 'subnet-0123456789abcdef0',
      }),
    ),
  );
  await call('unknown template', () =>
    autoScaling.send(
      new CreateAutoScalingGroupCommand({
        ...wanted,
        AutoScalingGroupName: 'bad-4',
        LaunchTemplate: { LaunchTemplateName: 'nobody', Version: '1' },
      }),
    ),
  );
  await call('unknown target group', () =>
    autoScaling.send(
      new CreateAutoScalingGroupCommand({
        ...wanted,
        AutoScalingGroupName: 'bad-5',
        TargetGroupARNs: ['arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/nobody/0123456789abcdef'],
      }),
    ),
  );
  await call('with machines', () =>
    autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name })),
  );
  await call('by force', () =>
    autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true })),
  );
  await call('unknown group', () =>
    autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'nobody', ForceDelete: true })),
  );
  await settle(async () => {
    const { AutoScalingGroups } = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    return AutoScalingGroups?.length === 0;
  });
  await call('after deletion', () =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
  );
}

/** Instance refreshes. */
export async function refreshes(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { autoScaling } = bench.aws;
  const wanted = await prepare(bench);
  const refresh = (AutoScalingGroupName: string, Version = '2') => ({
    AutoScalingGroupName,
    Strategy: 'Rolling' as const,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version } },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 200,
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh' as const,
      StandbyInstances: 'Ignore' as const,
    },
  });
  await call('unknown group', () => autoScaling.send(new StartInstanceRefreshCommand(refresh('nobody'))));
  await call('unknown group', () =>
    autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: 'nobody' })),
  );
  await call('unknown group', () =>
    autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: 'nobody' })),
  );
  await autoScaling.send(new CreateAutoScalingGroupCommand(wanted));
  await settle(async () => (await inService(bench)) === 2);
  await call('none yet', () => autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name })));
  await call('none yet', () => autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: name })));
  await call('unknown group', () =>
    autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: 'nobody' })),
  );
  await call('none yet', () => autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name })));
  await call('unknown version', () => autoScaling.send(new StartInstanceRefreshCommand(refresh(name, '99'))));
  await malformed('percentages crossed', () =>
    autoScaling.send(
      new StartInstanceRefreshCommand({
        ...refresh(name),
        Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 },
      }),
    ),
  );
  await call('to version 2', () => autoScaling.send(new StartInstanceRefreshCommand(refresh(name))));
  await call('while one runs', () => autoScaling.send(new StartInstanceRefreshCommand(refresh(name))));
  await call('one that runs', () =>
    autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name })),
  );
  await call('one that runs', () => autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: name })));
  await settle(async () => {
    const request = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name });
    return (await autoScaling.send(request)).InstanceRefreshes?.[0]?.Status === 'Cancelled';
  });
  await autoScaling.send(new StartInstanceRefreshCommand(refresh(name))).catch(() => undefined);
  await call('one that runs', () =>
    autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: name })),
  );
  await call('pages of one', async () => {
    const sizes: number[] = [];
    const request = { AutoScalingGroupName: name };
    for await (const page of paginateDescribeInstanceRefreshes({ client: autoScaling, pageSize: 1 }, request))
      sizes.push(page.InstanceRefreshes?.length ?? 0);
    return { sizes };
  });
}
