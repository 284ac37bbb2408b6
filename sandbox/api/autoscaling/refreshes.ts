import type * as client from '@aws-sdk/client-auto-scaling';
import { activeRefresh } from '../../engine/autoscaling/members.ts';
import { beginRollback, changeRefresh, startRefresh } from '../../engine/autoscaling/refresh.ts';
import type { RefreshRequest } from '../../engine/autoscaling/refresh.ts';
import type { Group, Refresh } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { readLaunches } from './mix.ts';
import { page } from './page.ts';
import { isReversible } from './read-template.ts';
import { readPreferences } from './refresh-preferences.ts';
import { mixShape, templateShape } from './shape.ts';

type Asg = typeof client;

/** A refresh as DescribeInstanceRefreshes answers it. */
const shape = (group: Group, refresh: Refresh): client.InstanceRefresh => ({
  InstanceRefreshId: refresh.id,
  AutoScalingGroupName: group.name,
  Status: refresh.status,
  ...(refresh.statusReason && { StatusReason: refresh.statusReason }),
  StartTime: new Date(refresh.startedAt),
  ...(refresh.endedAt !== undefined && { EndTime: new Date(refresh.endedAt) }),
  PercentageComplete: refresh.percent,
  InstancesToUpdate: refresh.toUpdate,
  ProgressDetails: {
    LivePoolProgress: { PercentageComplete: refresh.percent, InstancesToUpdate: refresh.toUpdate },
  },
  Preferences: refresh.preferences,
  ...(refresh.desired && { DesiredConfiguration: refresh.desired }),
  ...(refresh.rollback && { RollbackDetails: rollbackShape(refresh.rollback) }),
  Strategy: 'Rolling',
});

const rollbackShape = (rollback: NonNullable<Refresh['rollback']>): client.RollbackDetails => ({
  RollbackReason: rollback.reason,
  RollbackStartTime: new Date(rollback.startedAt),
  PercentageCompleteOnRollback: rollback.percentAtStart,
  InstancesToUpdateOnRollback: rollback.leftAtStart,
});

const start: HandlerFor<Asg, 'StartInstanceRefresh'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  if (activeRefresh(group)) {
    throw new AwsError(
      'InstanceRefreshInProgress',
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  }
  if (input.Strategy && input.Strategy !== 'Rolling') {
    throw invalid('The strategy ReplaceRootVolume needs a mixed instances policy, which the sandbox does not have');
  }
  const desired = readDesired(engine, group, input.DesiredConfiguration);
  const preferences = readPreferences(group, input.Preferences);
  if (preferences.AutoRollback) checkAutoRollback(engine, group, desired.desired);
  return { InstanceRefreshId: startRefresh(engine, group, { ...desired, preferences }).id };
};

function readDesired(
  engine: Engine,
  group: Group,
  desired: client.DesiredConfiguration | undefined,
): Pick<RefreshRequest, 'template' | 'mix' | 'desired'> {
  if (!desired) return { template: group.launchTemplate, mix: group.mix };
  const launches = readLaunches(engine, desired, group.subnets[0]?.subnetId ?? '');
  if (!launches) throw invalid('A desired configuration needs a launch template or a mixed instances policy');
  const { template, mix } = launches;
  // AWS does not say what becomes of the policy then.
  if (group.mix && !mix) throw invalid('The sandbox takes no mixed instances policy off a group by a refresh');
  const shape = mix
    ? { MixedInstancesPolicy: mixShape({ template, mix }) }
    : { LaunchTemplate: templateShape(template) };
  return { template, mix, desired: shape };
}

function checkAutoRollback(engine: Engine, group: Group, desired: client.DesiredConfiguration | undefined): void {
  if (!desired) throw invalid('You must specify a desired configuration when AutoRollback is enabled.');
  if (!isReversible(engine, group.launchTemplate)) {
    throw invalid(
      'AutoRollback is not supported when the Auto Scaling group uses the $Latest or $Default launch template version ' +
        'or an AWS Systems Manager parameter for the AMI ID.',
    );
  }
}

/** The refresh that Cancel and Rollback are about. Throws `ActiveInstanceRefreshNotFound`. */
function running(group: Group): Refresh {
  const refresh = activeRefresh(group);
  if (refresh) return refresh;
  throw new AwsError(
    'ActiveInstanceRefreshNotFound',
    `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
  );
}

const cancel: HandlerFor<Asg, 'CancelInstanceRefresh'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const refresh = running(group);
  if (input.WaitForTransitioningInstances ?? true) {
    changeRefresh(engine, group, refresh, { status: 'Cancelling', statusReason: 'Cancelling due to user request.' });
  } else {
    const statusReason =
      'Cancelled without waiting for ongoing instance launches and terminations due to user request.';
    changeRefresh(engine, group, refresh, { status: 'Cancelled', statusReason, endedAt: engine.clock.now() });
  }
  return { InstanceRefreshId: refresh.id };
};

const rollback: HandlerFor<Asg, 'RollbackInstanceRefresh'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const refresh = running(group);
  const why = whyIrreversible(engine, group, refresh);
  if (why) throw new AwsError('IrreversibleInstanceRefresh', why);
  beginRollback(engine, group, refresh, 'Rollback requested by user.');
  return { InstanceRefreshId: refresh.id };
};

function whyIrreversible(engine: Engine, group: Group, refresh: Refresh): string | undefined {
  if (!refresh.desired) return 'The instance refresh has no desired configuration and cannot be rolled back.';
  if (refresh.status === 'RollbackInProgress') return 'The instance refresh is already being rolled back.';
  if (refresh.status === 'Cancelling') return 'The instance refresh is being cancelled and cannot be rolled back.';
  return isReversible(engine, group.launchTemplate)
    ? undefined
    : 'The Auto Scaling group uses the $Latest or $Default launch template version, or an AWS Systems Manager ' +
        'parameter for the AMI ID, and cannot be rolled back.';
}

const describeAll: HandlerFor<Asg, 'DescribeInstanceRefreshes'> = (input, { engine }) => {
  const group = findGroup(engine, input.AutoScalingGroupName);
  const { InstanceRefreshIds: ids = [] } = input;
  const found = group.refreshes.filter(({ id }) => ids.length === 0 || ids.includes(id)).toReversed();
  const { items, ...rest } = page(found, input);
  return { InstanceRefreshes: items.map((refresh) => shape(group, refresh)), ...rest };
};

export const refreshOperations: Operations<Asg> = {
  StartInstanceRefresh: start,
  CancelInstanceRefresh: cancel,
  RollbackInstanceRefresh: rollback,
  DescribeInstanceRefreshes: describeAll,
};
