import { ringing } from '../cloudwatch/alarms.ts';
import type { Engine } from '../engine.ts';
import type { Action } from './actions.ts';
import { advanceMembers } from './advance.ts';
import { lookAt } from './facts.ts';
import { judgeHealth, planReplacements } from './judge-health.ts';
import { launchMembers } from './launch.ts';
import { activeRefresh, isTerminating } from './members.ts';
import type { View } from './members.ts';
import { planCapacity } from './plan-capacity.ts';
import { planRefreshStep } from './plan-refresh.ts';
import { changeRefresh } from './refresh.ts';
import { runSchedules } from './run-schedules.ts';
import type { Group, Refresh } from './state.ts';
import { beginTermination } from './terminate.ts';

/** One look at a group, and everything that follows from it: decide, act, decide on what is left. */
export function tickGroup(engine: Engine, group: Group): void {
  const view: View = {
    group,
    facts: lookAt(engine, group),
    now: engine.clock.now(),
    elbEvaluationMs: engine.timing.elbEvaluationMs,
  };
  advanceMembers(engine, group, view.facts);
  if (group.deleting) return finishDeletion(engine, group);
  runSchedules(engine, group);
  act(engine, group, judgeHealth(view));
  act(engine, group, planReplacements(view));
  heedAlarms(engine, group);
  const refresh = activeRefresh(group);
  if (refresh) act(engine, group, planRefreshStep({ ...view, refresh }), refresh);
  act(engine, group, planCapacity(view));
}

/** "If any of the alarms goes into the ALARM state, the instance refresh fails" (asg-instance-refresh alarm specification). */
function heedAlarms(engine: Engine, group: Group): void {
  const refresh = activeRefresh(group);
  if (!refresh || refresh.rollback || refresh.status === 'Cancelling') return;
  const loud = ringing(engine, refresh.preferences.AlarmSpecification?.Alarms ?? []);
  if (loud.length === 0) return;
  const statusReason = `The instance refresh failed because these CloudWatch alarms are in the ALARM state: ${loud.join(', ')}.`;
  changeRefresh(engine, group, refresh, { status: 'Failed', statusReason, endedAt: engine.clock.now() });
}

function act(engine: Engine, group: Group, actions: Action[], refresh?: Refresh): void {
  for (const action of actions) {
    switch (action.kind) {
      case 'launch':
        launchMembers(engine, group, action);
        break;
      case 'terminate':
        terminate(engine, group, action);
        break;
      case 'unhealthy':
        markUnhealthy(engine, group, action);
        break;
      case 'refresh':
        if (refresh) changeRefresh(engine, group, refresh, action.change);
        break;
    }
  }
}

interface About {
  instanceId: string;
  cause: string;
}

function terminate(engine: Engine, group: Group, { instanceId, cause }: About): void {
  const member = group.members[instanceId];
  if (member) beginTermination(engine, group, member, cause);
}

function markUnhealthy(engine: Engine, group: Group, { instanceId, cause }: About): void {
  const member = group.members[instanceId];
  if (!member) return;
  member.health = 'Unhealthy';
  member.cause = cause;
  engine.log(`group ${group.name}: ${instanceId} is unhealthy`);
  engine.save();
}

/** A deleted group waits for nobody; it is gone with its last instance. */
function finishDeletion(engine: Engine, group: Group): void {
  for (const member of Object.values(group.members)) {
    if (!isTerminating(member)) beginTermination(engine, group, member, 'the Auto Scaling group was deleted.');
  }
  if (Object.keys(group.members).length > 0) return;
  delete engine.state.autoscaling.groups[group.name];
  engine.log(`group ${group.name}: deleted`);
  engine.save();
}
