import {
  DescribeNotificationConfigurationsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
  PutNotificationConfigurationCommand,
  PutScheduledUpdateGroupActionCommand,
  PutScalingPolicyCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctor } from '../../pipeline/commands/doctor.ts';
import { plan } from '../../pipeline/commands/plan.ts';
import { observe } from '../../pipeline/core/observe.ts';
import { AwsError } from '../../sandbox/api/error.ts';
import { startStory, type Story } from '../support/story.ts';

const group = { AutoScalingGroupName: 'shop-production' };
const minute = 60_000;

const policies = async ({ ctx }: Story) => {
  const { ScalingPolicies = [] } = await ctx.aws.autoScaling.send(new DescribePoliciesCommand(group));
  return Object.fromEntries(
    ScalingPolicies.map(({ PolicyName = '', TargetTrackingConfiguration: tracking }) => [
      PolicyName,
      [tracking?.TargetValue, tracking?.PredefinedMetricSpecification],
    ]),
  );
};

const schedules = async ({ ctx }: Story) => {
  const { ScheduledUpdateGroupActions = [] } = await ctx.aws.autoScaling.send(
    new DescribeScheduledActionsCommand(group),
  );
  return ScheduledUpdateGroupActions.map((one) => [one.ScheduledActionName, one.Recurrence, one.TimeZone, one.MinSize]);
};

const fleet = async (story: Story) => (await observe(story.ctx, await story.target())).fleet;

describe('scaling', () => {
  it('follows requests besides the CPU, as long as it is asked to; what somebody added stays', async () => {
    await using story = await startStory({ fleet: { targetRequestsPerMinute: 900 } });
    await story.deploy();
    const cpu = { PredefinedMetricType: 'ASGAverageCPUUtilization' };
    const requests = {
      PredefinedMetricType: 'ALBRequestCountPerTarget',
      ResourceLabel: expect.stringMatching(
        /^app\/shop-production\/[0-9a-f]{16}\/targetgroup\/shop-production\/[0-9a-f]{16}$/,
      ) as unknown,
    };
    expect(await policies(story)).toEqual({ cpu: [60, cpu], requests: [900, requests] });
    await story.ctx.aws.autoScaling.send(
      new PutScalingPolicyCommand({
        ...group,
        PolicyName: 'by-hand',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageNetworkIn' },
          TargetValue: 1e6,
        },
      }),
    );
    await story.configure({ fleet: { targetRequestsPerMinute: 600, targetCpuPercent: 50 } });
    expect(await story.deploy()).toMatchObject({ action: 'unchanged' });
    expect(await policies(story)).toMatchObject({ cpu: [50, cpu], requests: [600, requests] });
    await story.configure({ fleet: {} });
    await story.deploy();
    expect(Object.keys(await policies(story)).toSorted()).toEqual(['by-hand', 'cpu']);
  });

  it('follows schedules, which a deploy in their hours does not undo; those that are gone from the settings go', async () => {
    await using story = await startStory();
    const soon = new Date(story.clock.now() + 60 * minute);
    const recurrence = `${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *`;
    const rush = { recurrence, min: 3, max: 6 };
    await story.configure({
      fleet: { schedules: { rush, weekend: { recurrence: '0 0 * * SAT', timeZone: 'Europe/Berlin', min: 1 } } },
    });
    await story.deploy();
    expect(await schedules(story)).toEqual([
      ['redeploy-rush', recurrence, 'Etc/UTC', 3],
      ['redeploy-weekend', '0 0 * * SAT', 'Europe/Berlin', 1],
    ]);
    expect(await fleet(story)).toMatchObject({ min: 2, max: 4, desired: 2 });
    await story.clock.advance(70 * minute);
    const busy = await fleet(story);
    expect(busy).toMatchObject({ min: 3, max: 6, desired: 3 });
    expect(busy?.machines.map(({ lifecycle }) => lifecycle)).toEqual(['InService', 'InService', 'InService']);

    await story.edit('second line\n');
    await story.deploy();
    expect(await fleet(story)).toMatchObject({ live: 'v2', min: 3, max: 6, desired: 3 });

    const byHand = { ...group, ScheduledActionName: 'sale', Recurrence: '0 0 24 11 *', MinSize: 4 };
    await story.ctx.aws.autoScaling.send(new PutScheduledUpdateGroupActionCommand(byHand));
    await story.configure({ fleet: { schedules: { rush: { ...rush, min: 2 } } } });
    await story.deploy();
    expect((await schedules(story)).map(([name, , , min]) => `${name} ${min}`)).toEqual(['redeploy-rush 2', 'sale 4']);
    expect(await fleet(story)).toMatchObject({ min: 2, max: 6 });
    await story.configure({});
    await story.deploy();
    expect((await schedules(story)).map(([name]) => name)).toEqual(['sale']);
    expect(await fleet(story)).toMatchObject({ min: 2, max: 4 });
  });
});

describe('notifications', () => {
  const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
  const told = async ({ ctx }: Story) => {
    const { NotificationConfigurations = [] } = await ctx.aws.autoScaling.send(
      new DescribeNotificationConfigurationsCommand({ AutoScalingGroupNames: ['shop-production'] }),
    );
    return NotificationConfigurations.map((one) => `${one.TopicARN?.split(':').at(-1)} ${one.NotificationType}`);
  };

  it('of failed launches and terminations go to the topic that is named; what somebody else is told stays', async () => {
    await using story = await startStory({ notifications: { topic: topic('alarms') } });
    for (const Name of ['alarms', 'people']) await story.account.sns.send(new CreateTopicCommand({ Name }));
    await story.deploy();
    const errors = (name: string) =>
      ['LAUNCH', 'TERMINATE'].map((what) => `${name} autoscaling:EC2_INSTANCE_${what}_ERROR`);
    expect(await told(story)).toEqual(errors('alarms'));
    const byHand = { ...group, TopicARN: topic('diary'), NotificationTypes: ['autoscaling:EC2_INSTANCE_LAUNCH'] };
    await story.ctx.aws.autoScaling.send(new PutNotificationConfigurationCommand(byHand));
    await story.configure({ notifications: { topic: topic('people') } });
    await story.deploy();
    const diary = 'diary autoscaling:EC2_INSTANCE_LAUNCH';
    expect((await told(story)).toSorted()).toEqual([diary, ...errors('people')]);
    await story.configure({ notifications: {} });
    await story.deploy();
    expect(await told(story)).toEqual([diary]);
  });

  it('to a topic that is not there end a deploy, a plan and a doctor before anything is built; one of others is no obstacle', async () => {
    await using story = await startStory({ notifications: { topic: topic('typo') } });
    const before = JSON.stringify(story.sandbox.engine.state);
    const refused = {
      code: 'settings',
      message: `there is no SNS topic ${topic('typo')}, which notifications.topic names`,
      hint: expect.stringContaining('aws sns create-topic --region us-east-1 --name typo') as unknown,
    };
    await expect(story.deploy()).rejects.toMatchObject(refused);
    const target = await story.target();
    const look = { bundle: path.join(story.app, 'bundle') };
    await expect(story.clock.run(plan(story.ctx, target, look))).rejects.toMatchObject(refused);
    expect(story.docker.builds).toEqual([]);
    expect(JSON.stringify(story.sandbox.engine.state) === before).toBe(true);
    const notifications = async () => {
      const { checks } = await story.clock.run(async () => doctor(story.ctx, await story.target(), look));
      return checks.find(({ name }) => name === 'notifications');
    };
    expect(await notifications()).toEqual({
      name: 'notifications',
      verdict: 'failed',
      what: refused.message,
      remedy: refused.hint,
    });
    const foreign = 'arn:aws:sns:us-east-1:999999999999:company';
    await story.configure({ notifications: { topic: foreign } });
    expect(await notifications()).toMatchObject({ verdict: 'warning' });
    expect(await story.deploy()).toMatchObject({ action: 'deployed' });
    expect(JSON.stringify(story.events)).toContain(`notifications.topic ${foreign} may not be looked at`);
    expect(await told(story)).toHaveLength(2);
  });

  it('to a topic that Auto Scaling cannot tell end a deploy with its name, and a first one leaves no machines', async () => {
    const before = async ({ operation }: { operation: string }) => {
      if (operation !== 'PutNotificationConfiguration') return;
      // It sends a test message on this call, and refuses when that does not arrive; the words here are not its own.
      throw new AwsError('ValidationError', 'Unable to publish test message to notification target');
    };
    await using story = await startStory({ notifications: { topic: topic('typo') } }, { before });
    await story.account.sns.send(new CreateTopicCommand({ Name: 'typo' }));
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'settings',
      message: expect.stringMatching(
        /^notifications\.topic arn:aws:sns:us-east-1:\d+:typo cannot be told: Unable/,
      ) as unknown,
    });
    await story.clock.advance(120_000);
    expect(await fleet(story)).toBeUndefined();
  });
});
