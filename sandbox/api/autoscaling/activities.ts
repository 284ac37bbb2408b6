import type * as client from '@aws-sdk/client-auto-scaling';
import type { Activity, Group } from '../../engine/autoscaling/state.ts';
import type { Operations } from '../service.ts';
import { findGroup } from './find.ts';
import { page } from './page.ts';

/** An activity as DescribeScalingActivities answers it. */
export const activityShape = (group: Group, activity: Activity): client.Activity => ({
  ActivityId: activity.id,
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: new Date(activity.startedAt),
  ...(activity.endedAt !== undefined && { EndTime: new Date(activity.endedAt) }),
  StatusCode: activity.status,
  ...(activity.message && { StatusMessage: activity.message }),
  Progress: activity.progress,
  Details: JSON.stringify({ 'Subnet ID': activity.subnetId, 'Availability Zone': activity.zone }),
});

export const activityOperations: Operations<typeof client> = {
  /** Newest first. */
  DescribeScalingActivities: (input, { engine }) => {
    const { groups } = engine.state.autoscaling;
    const asked =
      input.AutoScalingGroupName === undefined
        ? Object.values(groups)
        : [findGroup(engine, input.AutoScalingGroupName)];
    const { ActivityIds: ids = [] } = input;
    const all = asked
      .flatMap((group) => group.activities.map((activity) => ({ group, activity })))
      .filter(({ activity }) => ids.length === 0 || ids.includes(activity.id))
      .toReversed()
      .sort((a, b) => b.activity.startedAt - a.activity.startedAt);
    const { items, ...rest } = page(all, input, { usual: 100, most: 100 });
    return { Activities: items.map(({ group, activity }) => activityShape(group, activity)), ...rest };
  },
};
