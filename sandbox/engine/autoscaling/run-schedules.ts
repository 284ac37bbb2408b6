import type { Engine } from '../engine.ts';
import { openActivity, at } from './activities.ts';
import type { Group, Schedule } from './state.ts';

/**
 * Carries out the scheduled actions whose time has come, in their order, and forgets them: they happen once. The group's sizes
 * become what they say, whatever they were (autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html).
 */
export function runSchedules(engine: Engine, group: Group): void {
  if (group.suspended.includes('ScheduledActions')) return;
  const due = Object.values(group.schedules ?? {}).filter(({ startAt }) => startAt <= engine.clock.now());
  for (const schedule of due.toSorted((a, b) => a.startAt - b.startAt)) {
    delete group.schedules?.[schedule.name];
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

function resize(group: Group, { minSize, maxSize, desired }: Schedule): void {
  group.minSize = minSize ?? group.minSize;
  group.maxSize = Math.max(maxSize ?? group.maxSize, group.minSize);
  group.desired = Math.min(Math.max(desired ?? group.desired, group.minSize), group.maxSize);
}
