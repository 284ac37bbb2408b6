import type { Engine } from '../engine.ts';
import { openActivity, at } from './activities.ts';
import { nextOccurrence } from './recurrence.ts';
import type { Group, Schedule } from './state.ts';

/**
 * Carries out the scheduled actions whose time has come, in their order. The group's sizes become what they say, whatever they were (autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html).
 */
export function runSchedules(engine: Engine, group: Group): void {
  if (group.suspended.includes('ScheduledActions')) return;
  const due = Object.values(group.schedules ?? {}).filter(({ startAt }) => startAt <= engine.clock.now());
  for (const schedule of due.toSorted((a, b) => a.startAt - b.startAt)) {
    putOff(engine, group, schedule);
    resize(group, schedule);
    const sizes = `min: ${group.minSize}, max: ${group.maxSize}, desired: ${group.desired}`;
    openActivity(engine, group, {
      description: `Executing scheduled action ${schedule.name}`,
      cause: at(engine, `a scheduled action update of AutoScalingGroup constraints to ${sizes}.`),
      status: 'Successful',
      progress: 100,
      endedAt: engine.clock.now(),
    });
    engine.log(`group ${group.name}: scheduled action ${schedule.name}: ${sizes}`);
  }
  if (due.length > 0) engine.save();
}

/** To its next moment; one that happens once, or has come to its end, is forgotten. */
function putOff(engine: Engine, group: Group, schedule: Schedule): void {
  const { recurrence, timeZone, endAt = Infinity } = schedule;
  const next = recurrence === undefined ? undefined : nextOccurrence(recurrence, timeZone, engine.clock.now());
  if (next === undefined || next > endAt) delete group.schedules?.[schedule.name];
  else schedule.startAt = next;
}

function resize(group: Group, { minSize, maxSize, desired }: Schedule): void {
  group.minSize = minSize ?? group.minSize;
  group.maxSize = Math.max(maxSize ?? group.maxSize, group.minSize);
  group.desired = Math.min(Math.max(desired ?? group.desired, group.minSize), group.maxSize);
}
