import type { Context } from '../core/context.ts';
import { observe, type World } from '../core/observe.ts';
import { findHalfMade, type HalfMade } from '../core/observe/half-made.ts';
import { step } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { repairOne } from '../stages/repair.ts';

/** What a repair came to, in words. */
export interface RepairResult {
  app: string;
  environment: string;
  /** What was removed or completed. */
  done: string[];
  /** What is half-made still, and why it was left alone. */
  left: string[];
}

/** Removes or completes what runs that were cut off left, without a deploy. Run again, it finds nothing to do. */
export async function repair(ctx: Context, target: Target): Promise<RepairResult> {
  const { world, things } = await step(ctx, 'look', (inner) => look(inner, target));
  const result: RepairResult = { app: target.app, environment: target.environment, done: [], left: [] };
  for (const thing of things) {
    const repaired = await step(ctx, `repair ${thing.kind}`, async (inner) => {
      const value = await repairOne({ ctx: inner, target, world }, thing);
      return { value, detail: 'done' in value ? value.done : value.left };
    });
    if ('done' in repaired) result.done.push(repaired.done);
    else result.left.push(repaired.left);
  }
  return result;
}

async function look(
  ctx: Context,
  target: Target,
): Promise<{ value: { world: World; things: HalfMade[] }; detail: string }> {
  const world = await observe(ctx, target);
  const things = await findHalfMade(ctx, target, world);
  return { value: { world, things }, detail: `${things.length || 'no'} half-made things` };
}
