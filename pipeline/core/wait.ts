import type { Context } from './context.ts';
import { durationText } from './duration.ts';
import { DeployError, isAwsError } from './errors.ts';
import { throwIfInterrupted } from './report.ts';

/** One look at something awaited: there, or not yet and why. A probe throws when it can never be. */
export type Probe<T> = { done: T } | { pending: string };

/**
 * The one waiting loop of the pipeline: probes at once, then every `everyMs`, reports why it still waits, and gives up after
 * `forMs` with `timeout` and the last reason. SDK waiters are not used: mute, slow (15-120 s back-off), wall clock.
 */
export async function until<T>(
  ctx: Pick<Context, 'clock' | 'signal' | 'report'>,
  what: string,
  limits: { everyMs: number; forMs: number },
  probe: () => Promise<Probe<T>>,
): Promise<T> {
  const start = ctx.clock.now();
  for (;;) {
    throwIfInterrupted(ctx.signal);
    const found = await probe();
    if ('done' in found) return found.done;
    const elapsedMs = ctx.clock.now() - start;
    if (elapsedMs >= limits.forMs) {
      throw new DeployError('timeout', `gave up on ${what} after ${durationText(elapsedMs)}: ${found.pending}`, {
        hint: 'run the same command again: it takes up what is there and goes on',
      });
    }
    ctx.report({ kind: 'waiting', what, reason: found.pending, elapsedMs });
    await pause(ctx, Math.min(limits.everyMs, limits.forMs - elapsedMs));
  }
}

async function pause(ctx: Pick<Context, 'clock' | 'signal'>, ms: number): Promise<void> {
  try {
    await ctx.clock.sleep(ms, ctx.signal);
  } catch (error) {
    throwIfInterrupted(ctx.signal);
    throw error;
  }
}

/**
 * What was just made shows a moment later: AWS is eventually consistent.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export async function eventually<T>(ctx: Context, what: string, find: () => Promise<T | undefined>): Promise<T> {
  return await until(ctx, what, { everyMs: 1000, forMs: 120_000 }, async () => {
    const found = await find();
    return found === undefined ? { pending: 'it does not show yet' } : { done: found };
  });
}

/**
 * Does what names something that was made a moment ago, again while AWS answers that it does not know it yet (`unknown`:
 * the error names that say so). Same page as `eventually`.
 */
export async function onceKnown<T>(
  ctx: Pick<Context, 'clock' | 'signal' | 'report'>,
  what: string,
  unknown: readonly string[],
  act: () => Promise<T>,
): Promise<T> {
  return await until(ctx, what, { everyMs: 2000, forMs: 120_000 }, async () => {
    try {
      return { done: await act() };
    } catch (error) {
      if (!isAwsError(error, ...unknown)) throw error;
      return { pending: error.message };
    }
  });
}
