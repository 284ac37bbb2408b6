import {
  DeleteNotificationConfigurationCommand,
  paginateDescribeNotificationConfigurations,
  PutNotificationConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Act } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** What the group reports to which SNS topic: notification types by ARN. */
export type Topics = Readonly<Record<string, readonly string[]>>;

/**
 * What nobody watches and somebody must know: no room for a machine, a broken role or key. Each launch and each end would be
 * noise: every deploy replaces all machines.
 */
const types = ['autoscaling:EC2_INSTANCE_LAUNCH_ERROR', 'autoscaling:EC2_INSTANCE_TERMINATE_ERROR'];

/** The group's notifications; none when there is no group. */
export async function findTopics(ctx: Context, target: Target): Promise<Topics> {
  const found: Record<string, string[]> = {};
  const request = { AutoScalingGroupNames: [namesOf(target).group] };
  try {
    for await (const page of paginateDescribeNotificationConfigurations({ client: ctx.aws.autoScaling }, request)) {
      for (const { TopicARN = '', NotificationType = '' } of page.NotificationConfigurations ?? []) {
        (found[TopicARN] ??= []).push(NotificationType);
      }
    }
  } catch (error) {
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  return found;
}

/** Tells the topic that is wanted. Another topic with exactly our types was ours: it is told no more. */
export function topicActs(target: Target, found: Topics): Act[] {
  const { topic } = target.notifications;
  const isOurs = (arn: string) => sorted(found[arn] ?? []) === sorted(types);
  const former = Object.keys(found).filter((arn) => arn !== topic && isOurs(arn));
  return [
    ...(topic === undefined || isOurs(topic) ? [] : [putAct(target, topic)]),
    ...former.map((arn) => deleteAct(target, arn)),
  ];
}

const sorted = (list: readonly string[]): string => [...list].sort().join(' ');

const putAct = (target: Target, TopicARN: string): Act => ({
  change: {
    action: 'create',
    what: `notifications of ${namesOf(target).group}`,
    why: `${TopicARN} is not told of failed launches and terminations`,
    calls: ['autoscaling:PutNotificationConfiguration'],
  },
  perform: (ctx) => put(ctx, target, TopicARN),
});

/**
 * Auto Scaling tries the topic with a message and refuses one that it cannot tell. Throws `settings`: `checkTopic` saw that it is
 * there; whether Auto Scaling may publish to it shows here alone.
 */
async function put(ctx: Context, target: Target, TopicARN: string): Promise<void> {
  const request = { AutoScalingGroupName: namesOf(target).group, TopicARN, NotificationTypes: types };
  try {
    await ctx.aws.autoScaling.send(new PutNotificationConfigurationCommand(request));
  } catch (error) {
    if (!isAwsError(error, 'ValidationError')) throw error;
    throw new DeployError('settings', `notifications.topic ${TopicARN} cannot be told: ${error.message}`, {
      hint: 'is there such a topic, in this account or with a policy that lets Auto Scaling publish? `aws sns list-topics` lists them',
      cause: error,
    });
  }
}

const deleteAct = (target: Target, TopicARN: string): Act => ({
  change: {
    action: 'delete',
    what: `notifications of ${namesOf(target).group}`,
    why: `notifications.topic does not name ${TopicARN} any more`,
    calls: ['autoscaling:DeleteNotificationConfiguration'],
  },
  perform: (ctx) =>
    ctx.aws.autoScaling.send(
      new DeleteNotificationConfigurationCommand({ AutoScalingGroupName: namesOf(target).group, TopicARN }),
    ),
});
