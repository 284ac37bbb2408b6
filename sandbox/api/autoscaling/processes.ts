import type * as client from '@aws-sdk/client-auto-scaling';
import type { Operations } from '../service.ts';
import { findLiveGroup, invalid } from './find.ts';

/** Processes that can be suspended (as-suspend-resume-processes.html). */
const processes = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

const metrics = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
  'GroupInServiceCapacity',
  'GroupPendingCapacity',
  'GroupStandbyCapacity',
  'GroupTerminatingCapacity',
  'GroupTotalCapacity',
];

/** The named ones, or all when none is named. */
function choose(known: string[], names: string[] | undefined, what: string): string[] {
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`${what} '${unknown}' is not one of ${known.join(', ')}`);
  return names?.length ? names : known;
}

export const processOperations: Operations<typeof client> = {
  SuspendProcesses: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    group.suspended = [...new Set([...group.suspended, ...choose(processes, input.ScalingProcesses, 'Process')])];
  },

  ResumeProcesses: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    const resumed = choose(processes, input.ScalingProcesses, 'Process');
    group.suspended = group.suspended.filter((name) => !resumed.includes(name));
  },

  EnableMetricsCollection: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    if (input.Granularity !== '1Minute') throw invalid(`Granularity must be 1Minute, but is ${input.Granularity}`);
    group.metrics = [...new Set([...group.metrics, ...choose(metrics, input.Metrics, 'Metric')])];
  },

  DisableMetricsCollection: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    const stopped = choose(metrics, input.Metrics, 'Metric');
    group.metrics = group.metrics.filter((name) => !stopped.includes(name));
  },
};
