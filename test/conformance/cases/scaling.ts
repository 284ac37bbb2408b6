import {
  CreateAutoScalingGroupCommand,
  DeleteNotificationConfigurationCommand,
  DeletePolicyCommand,
  DeleteScheduledActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeNotificationConfigurationsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
  PutNotificationConfigurationCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Bench } from '../bench.ts';
import { inService, prepare } from './groups.ts';

const AutoScalingGroupName = 'shop-production';

/** Policies that go, schedules, notifications. */
export async function scaling(bench: Bench): Promise<void> {
  const { call } = bench;
  const { autoScaling } = bench.aws;
  await autoScaling.send(new CreateAutoScalingGroupCommand(await prepare(bench)));
  await autoScaling.send(
    new PutScalingPolicyCommand({
      AutoScalingGroupName,
      PolicyName: 'requests',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'ALBRequestCountPerTarget',
          ResourceLabel: 'app/shop/0123456789abcdef/targetgroup/shop/0123456789abcdef',
        },
        TargetValue: 900,
      },
    }),
  );
  await call('requests', () => autoScaling.send(new DescribePoliciesCommand({ AutoScalingGroupName })));
  const policy = { AutoScalingGroupName, PolicyName: 'requests' };
  await call('one that is there', () => autoScaling.send(new DeletePolicyCommand(policy)));
  await call('one that is gone', () => autoScaling.send(new DeletePolicyCommand(policy)));
  await scheduled(bench);
  await notified(bench);
}

async function scheduled({ call, aws: { autoScaling } }: Bench): Promise<void> {
  const describe = () => autoScaling.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName }));
  const action = {
    AutoScalingGroupName,
    ScheduledActionName: 'redeploy-rush',
    Recurrence: '0 8 * * MON-FRI',
    TimeZone: 'Europe/Berlin',
    MinSize: 3,
    MaxSize: 4,
  };
  await call('none', describe);
  await call('recurring', () => autoScaling.send(new PutScheduledUpdateGroupActionCommand(action)));
  await call('changed', () => autoScaling.send(new PutScheduledUpdateGroupActionCommand({ ...action, MinSize: 2 })));
  await call('one', describe);
  await call('no size', () => {
    const { MinSize: _min, MaxSize: _max, ...idle } = { ...action, Recurrence: '0 9 * * *' };
    return autoScaling.send(new PutScheduledUpdateGroupActionCommand({ ...idle, ScheduledActionName: 'idle' }));
  });
  await call('no recurrence', () =>
    autoScaling.send(
      new PutScheduledUpdateGroupActionCommand({ ...action, ScheduledActionName: 'odd', Recurrence: 'at night' }),
    ),
  );
  await call('unknown group', () =>
    autoScaling.send(new PutScheduledUpdateGroupActionCommand({ ...action, AutoScalingGroupName: 'nobody' })),
  );
  await autoScaling.send(
    new PutScheduledUpdateGroupActionCommand({
      ...action,
      ScheduledActionName: 'redeploy-night',
      Recurrence: '0 22 * * *',
    }),
  );
  await call('one page', async () => {
    const page = await autoScaling.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName, MaxRecords: 1 }));
    return { count: page.ScheduledUpdateGroupActions?.length, more: page.NextToken !== undefined };
  });
  const { ScheduledActionName } = action;
  const removal = { AutoScalingGroupName, ScheduledActionName };
  await call('one that is there', () => autoScaling.send(new DeleteScheduledActionCommand(removal)));
  await call('one that is gone', () => autoScaling.send(new DeleteScheduledActionCommand(removal)));
  await call('unknown group', () =>
    autoScaling.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName: 'nobody' })),
  );
}

async function notified({ call, aws: { autoScaling } }: Bench): Promise<void> {
  const TopicARN = 'arn:aws:sns:us-east-1:123456789012:alarms';
  const NotificationTypes = ['autoscaling:EC2_INSTANCE_LAUNCH_ERROR', 'autoscaling:EC2_INSTANCE_TERMINATE_ERROR'];
  const describe = (name: string) =>
    autoScaling.send(new DescribeNotificationConfigurationsCommand({ AutoScalingGroupNames: [name] }));
  await call('none', () => describe(AutoScalingGroupName));
  const wanted = { AutoScalingGroupName, TopicARN, NotificationTypes };
  await call('errors', () => autoScaling.send(new PutNotificationConfigurationCommand(wanted)));
  await call('errors', () => describe(AutoScalingGroupName));
  await call('one page', async () => {
    const names = { AutoScalingGroupNames: [AutoScalingGroupName], MaxRecords: 1 };
    const page = await autoScaling.send(new DescribeNotificationConfigurationsCommand(names));
    return { count: page.NotificationConfigurations?.length, more: page.NextToken !== undefined };
  });
  await call('unknown type', () =>
    autoScaling.send(new PutNotificationConfigurationCommand({ ...wanted, NotificationTypes: ['autoscaling:PARTY'] })),
  );
  await call('unknown group', () =>
    autoScaling.send(new PutNotificationConfigurationCommand({ ...wanted, AutoScalingGroupName: 'nobody' })),
  );
  await call('unknown group', () => describe('nobody'));
  const removal = { AutoScalingGroupName, TopicARN };
  await call('one that is there', () => autoScaling.send(new DeleteNotificationConfigurationCommand(removal)));
  await call('one that is gone', () => autoScaling.send(new DeleteNotificationConfigurationCommand(removal)));
}

/** Groups whose machines are of the first of several types that there is room for. */
export async function mixedInstances(bench: Bench): Promise<void> {
  const { call, settle } = bench;
  const { autoScaling } = bench.aws;
  const { LaunchTemplate, ...rest } = await prepare(bench);
  const describe = () =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }));
  const policyOf = (types: string[], Version = '1') => ({
    LaunchTemplate: {
      LaunchTemplateSpecification: { ...LaunchTemplate, Version },
      Overrides: types.map((InstanceType) => ({ InstanceType })),
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
    },
  });
  const wanted = { ...rest, MixedInstancesPolicy: policyOf(['t3a.small', 't3.small']) };
  await call('mixed', () => autoScaling.send(new CreateAutoScalingGroupCommand(wanted)));
  await settle(async () => (await inService(bench)) === 2);
  await call('mixed', describe);
  await call('other types', () =>
    autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MixedInstancesPolicy: policyOf(['t3.medium']) }),
    ),
  );
  await call('other types', describe);
  await call('mixed, unknown version', () =>
    autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MixedInstancesPolicy: policyOf(['t3.small'], '99') }),
    ),
  );
  await call('to a mixed version 2', () =>
    autoScaling.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName,
        DesiredConfiguration: { MixedInstancesPolicy: policyOf(['t3.small'], '2') },
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, SkipMatching: true, AutoRollback: true },
      }),
    ),
  );
}
