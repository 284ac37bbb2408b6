import type { Action } from './actions.ts';
import { judgeProgress } from './judge-progress.ts';
import { bounds, checkpointLimit, isServing, sortMembers } from './refresh-sets.ts';
import type { RefreshView, Sets } from './refresh-sets.ts';

const taken = 'an instance was taken out of service in response to an instance refresh.';
const started = 'an instance was started in response to an instance refresh.';

/**
 * Decides the next step of a refresh or its rollback: what to launch, whom to take out, how its record changes
 * (autoscaling/ec2/userguide/instance-refresh-overview.html).
 */
export function planRefreshStep(view: RefreshView): Action[] {
  if (view.group.suspended.includes('InstanceRefresh')) return [];
  const sets = sortMembers(view);
  const judged = judgeProgress(view, sets);
  const change: Action[] = [{ kind: 'refresh', change: judged.change }];
  return judged.rolling ? [...change, ...roll(view, sets)] : change;
}

/** Launches and terminations that the healthy percentages permit now. */
function roll(view: RefreshView, sets: Sets): Action[] {
  const launches = launchCount(view, sets);
  const victims = [...chooseOld(view, sets), ...idleStandby(view, sets)];
  if (launches > 0 || victims.length > 0 || !isStuck(view, sets)) return [...launch(launches), ...terminate(victims)];
  // The percentages leave no room at all: one at a time then. An explicit maximum means that the new one comes first.
  const { max } = bounds(view.group, view.refresh);
  return max === undefined ? terminate(sets.movable.slice(0, 1).map(idOf)) : launch(1);
}

const idOf = ({ instanceId }: { instanceId: string }) => instanceId;
const launch = (count: number): Action[] => (count > 0 ? [{ kind: 'launch', count, cause: started }] : []);
const terminate = (ids: string[]): Action[] =>
  ids.map((instanceId) => ({ kind: 'terminate', instanceId, cause: taken }));

/** Only with an explicit maximum are instances launched ahead; without, the gap that terminating leaves is filled. */
function launchCount({ group, refresh, now }: RefreshView, { old, fresh, movable }: Sets): number {
  const { max } = bounds(group, refresh);
  if (max === undefined || group.suspended.includes('Launch') || now < (group.retryLaunchAt ?? 0)) return 0;
  const room = max - old.length - fresh.length;
  const needed = Math.min(checkpointLimit(group, refresh) - fresh.length, movable.length);
  return Math.max(0, Math.min(room, needed));
}

/** Old ones that do not serve go at once; of the others as many as the minimum can spare. */
function chooseOld(view: RefreshView, { old, movable, available }: Sets): string[] {
  const { group, refresh } = view;
  if (group.suspended.includes('Terminate')) return [];
  const keep = Math.max(0, group.desired - checkpointLimit(group, refresh));
  const allowed = Math.max(0, old.length - keep);
  const idle = movable.filter((member) => !isServing(view, member));
  const serving = movable.filter((member) => isServing(view, member));
  const spare = Math.max(0, available - bounds(group, refresh).min);
  return [...idle, ...serving.slice(0, spare)].slice(0, allowed).map(idOf);
}

/** With StandbyInstances=Terminate those go too; they carry no traffic. */
const idleStandby = ({ refresh }: RefreshView, { standby }: Sets): string[] =>
  refresh.preferences.StandbyInstances === 'Terminate' ? standby.map(idOf) : [];

/** Nothing is under way and old ones are left that could go. */
function isStuck({ group, refresh }: RefreshView, { fresh, ready, leaving, movable }: Sets): boolean {
  if (movable.length === 0 || leaving.length > 0 || fresh.length > ready.length) return false;
  return fresh.length < checkpointLimit(group, refresh);
}
