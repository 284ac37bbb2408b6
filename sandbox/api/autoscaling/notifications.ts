import type * as client from '@aws-sdk/client-auto-scaling';
import type { Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { page } from './page.ts';

/** API_DescribeAutoScalingNotificationTypes.html */
const types = new Set([
  'autoscaling:EC2_INSTANCE_LAUNCH',
  'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
  'autoscaling:EC2_INSTANCE_TERMINATE',
  'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
  'autoscaling:TEST_NOTIFICATION',
]);

/** Configurations are stored and described; the sandbox has no SNS that would deliver them. */
export const notificationOperations: Operations<typeof client> = {
  PutNotificationConfiguration: ({ AutoScalingGroupName, TopicARN, NotificationTypes }, { engine }) => {
    const group = findLiveGroup(engine, AutoScalingGroupName);
    const unknown = NotificationTypes.find((type) => !types.has(type));
    if (unknown !== undefined) throw invalid(`"${unknown}" is not a valid Notification Type`);
    if (!/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/.test(TopicARN)) throw invalid(`Invalid topic ARN ${TopicARN}`);
    group.notifications = { ...group.notifications, [TopicARN]: NotificationTypes };
  },

  DescribeNotificationConfigurations: (input, { engine }) => {
    const names = input.AutoScalingGroupNames ?? [];
    const groups =
      names.length === 0
        ? Object.values(engine.state.autoscaling.groups)
        : names.map((name) => findGroup(engine, name));
    const all = groups.flatMap(({ name, notifications = {} }) =>
      Object.entries(notifications).flatMap(([TopicARN, wanted]) =>
        wanted.map((NotificationType) => ({ AutoScalingGroupName: name, TopicARN, NotificationType })),
      ),
    );
    const { items, ...rest } = page(all, input);
    return { NotificationConfigurations: items, ...rest };
  },

  DeleteNotificationConfiguration: ({ AutoScalingGroupName, TopicARN }, { engine }) => {
    const group = findGroup(engine, AutoScalingGroupName);
    if (!group.notifications?.[TopicARN]) throw invalid(`Notification configuration for ${TopicARN} not found`);
    delete group.notifications[TopicARN];
  },
};
