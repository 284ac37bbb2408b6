import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Activity, Group } from './state.ts';

/** AWS keeps six weeks; this is plenty. */
const keep = 500;

/** `At 2026-01-31T10:00:00Z an instance …`, as causes of activities read. */
export const at = (engine: Engine, cause: string): string =>
  `At ${new Date(engine.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')} ${cause}`;

/** Begins an activity of the group. */
export function openActivity(
  engine: Engine,
  group: Group,
  begin: Pick<Activity, 'description' | 'cause' | 'status'> & Partial<Activity>,
): Activity {
  const activity = { id: randomUUID(), startedAt: engine.clock.now(), progress: 0, ...begin };
  group.activities.push(activity);
  group.activities.splice(0, group.activities.length - keep);
  return activity;
}

/** Ends it. `message` says what went wrong. */
export function closeActivity(
  engine: Engine,
  group: Group,
  { id, status, message }: { id: string | undefined; status: 'Successful' | 'Failed' | 'Cancelled'; message?: string },
): void {
  const activity = group.activities.find((one) => one.id === id);
  if (!activity || activity.endedAt !== undefined) return;
  Object.assign(activity, { status, endedAt: engine.clock.now(), progress: 100, ...(message && { message }) });
}
