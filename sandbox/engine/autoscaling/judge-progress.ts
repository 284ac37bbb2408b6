import { checkpointLimit, nextCheckpoint } from './refresh-sets.ts';
import type { RefreshView, Sets } from './refresh-sets.ts';
import { statusReason } from './status-reason.ts';
import type { Refresh } from './state.ts';

/** A refresh that gets nowhere fails after an hour (instance-refresh-overview.html). */
const patienceMs = 3_600_000;

export interface Judged {
  change: Partial<Refresh>;
  /** Whether instances may be replaced in this step. */
  rolling: boolean;
}

/** Where the refresh stands and what becomes of it. */
export function judgeProgress(view: RefreshView, sets: Sets): Judged {
  const { refresh, now } = view;
  switch (refresh.status) {
    case 'Pending':
      return { change: { status: 'InProgress', progressAt: now }, rolling: false };
    case 'Baking':
      return { change: (refresh.bakeUntil ?? 0) <= now ? succeed(view) : {}, rolling: false };
    case 'Cancelling':
      return { change: isSettled(view, sets) ? cancelled(now) : {}, rolling: false };
    default:
      return judgeRolling(view, sets);
  }
}

function judgeRolling(view: RefreshView, sets: Sets): Judged {
  const { refresh, now } = view;
  const change = { ...measure(view, sets), statusReason: statusReason(view, sets) };
  if (isDone(view, sets)) return { change: { ...change, ...finish(view) }, rolling: false };
  if ((refresh.waitUntil ?? 0) > now) return { change: { ...change, progressAt: now }, rolling: false };
  const reached = checkpointReached(view, sets);
  if (reached) return { change: { ...change, ...reached }, rolling: false };
  const lost = now - (change.progressAt ?? refresh.progressAt) > patienceMs;
  return lost ? { change: giveUp(view, change.statusReason), rolling: false } : { change, rolling: true };
}

/** Percentage and the marks that progress is told by. In a rollback the percentage goes back to zero. */
function measure({ group, refresh, now }: RefreshView, sets: Sets): Partial<Refresh> {
  const left = sets.old.length + sets.leaving.length + sets.standby.length;
  const ready = Math.max(refresh.ready, sets.ready.length);
  const moved = sets.ready.length > refresh.ready || left < refresh.left;
  return {
    ready,
    left: Math.min(left, refresh.left),
    ...(!refresh.rollback && { toUpdate: sets.old.length + sets.standby.length }),
    percent: percentOf(refresh, { desired: group.desired, ready: sets.ready.length, left }),
    ...(moved && { progressAt: now }),
  };
}

function percentOf(
  refresh: Refresh,
  { desired, ready, left }: { desired: number; ready: number; left: number },
): number {
  const { rollback } = refresh;
  if (rollback) return Math.floor((rollback.percentAtStart * left) / Math.max(1, rollback.toReplace));
  const share = desired === 0 ? 100 : Math.floor((100 * Math.min(ready, desired)) / desired);
  return Math.max(refresh.percent, share);
}

function isDone({ group, refresh }: RefreshView, { old, leaving, standby, fresh, ready }: Sets): boolean {
  const limit = checkpointLimit(group, refresh);
  const all = limit >= group.desired;
  if (leaving.length > 0 || (all && (old.length > 0 || standby.length > 0))) return false;
  const last = nextCheckpoint(refresh) === undefined || nextCheckpoint(refresh) === 100;
  return last && fresh.length >= limit && ready.length >= limit;
}

function checkpointReached(
  { group, refresh, now }: RefreshView,
  { ready, leaving }: Sets,
): Partial<Refresh> | undefined {
  const next = nextCheckpoint(refresh);
  if (refresh.rollback || next === undefined || next === 100 || leaving.length > 0) return undefined;
  if (ready.length < checkpointLimit(group, refresh)) return undefined;
  const delay = refresh.preferences.CheckpointDelay ?? 3600;
  return { checkpointsPassed: refresh.checkpointsPassed + 1, waitUntil: now + delay * 1000, progressAt: now };
}

function finish(view: RefreshView): Partial<Refresh> {
  const { refresh, now } = view;
  if (refresh.rollback) return { status: 'RollbackSuccessful', percent: 0, endedAt: now };
  const bakeSeconds = refresh.preferences.BakeTime ?? 0;
  if (bakeSeconds === 0) return succeed(view);
  const statusReason = `Waiting for the bake time of ${bakeSeconds} seconds to pass.`;
  return { status: 'Baking', percent: 100, bakeUntil: now + bakeSeconds * 1000, statusReason };
}

const succeed = ({ now }: RefreshView): Partial<Refresh> => ({
  status: 'Successful',
  percent: 100,
  toUpdate: 0,
  endedAt: now,
  statusReason: '',
});

const cancelled = (now: number): Partial<Refresh> => ({
  status: 'Cancelled',
  statusReason: 'Cancelled due to user request.',
  endedAt: now,
});

/** Launches and terminations that were under way have come to their end. */
const isSettled = ({ refresh }: RefreshView, { fresh, leaving }: Sets): boolean =>
  leaving.length === 0 && fresh.every((member) => member.refreshId !== refresh.id || member.lifecycle === 'InService');

function giveUp({ refresh, now }: RefreshView, reason = ''): Partial<Refresh> {
  const statusReason = `The instance refresh failed because it made no progress for one hour. ${reason}`.trim();
  return { status: refresh.rollback ? 'RollbackFailed' : 'Failed', statusReason, endedAt: now };
}
