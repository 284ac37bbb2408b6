import type * as client from '@aws-sdk/client-auto-scaling';
import { startAutoscaler } from '../engine/autoscaling/loop.ts';
import { activityOperations } from './autoscaling/activities.ts';
import { groupOperations } from './autoscaling/groups.ts';
import { hookOperations } from './autoscaling/hooks.ts';
import { instanceOperations } from './autoscaling/instances.ts';
import { notificationOperations } from './autoscaling/notifications.ts';
import { policyOperations } from './autoscaling/policies.ts';
import { processOperations } from './autoscaling/processes.ts';
import { refreshOperations } from './autoscaling/refreshes.ts';
import { scheduleOperations } from './autoscaling/schedules.ts';
import { tagOperations } from './autoscaling/tags.ts';
import { targetGroupOperations } from './autoscaling/target-groups.ts';
import type { Operations, Service } from './service.ts';
import { autoScalingNeeds } from './autoscaling/needs.ts';

const operations: Operations<typeof client> = {
  ...groupOperations,
  ...instanceOperations,
  ...targetGroupOperations,
  ...processOperations,
  ...policyOperations,
  ...scheduleOperations,
  ...notificationOperations,
  ...activityOperations,
  ...tagOperations,
  ...hookOperations,
  ...refreshOperations,
};

/** Auto Scaling groups and instance refreshes; what they do is in engine/autoscaling. */
export const autoScaling: Service = {
  signingName: 'autoscaling',
  protocol: 'query',
  load: () => import('@aws-sdk/client-auto-scaling'),
  operations,
  needs: autoScalingNeeds,
  start: startAutoscaler,
};
