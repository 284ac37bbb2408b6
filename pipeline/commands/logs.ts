import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { until } from '../core/wait.ts';
import { readAppLines, type AppLine, type LineFilter } from '../stages/app-lines.ts';

export interface LogsOptions extends Omit<LineFilter, 'sinceMs'> {
  /** How far back, counted from now. */
  backMs: number;
  /** The newest so many of the past. */
  lines: number;
  /** Whether to go on until the signal aborts. */
  isFollowing: boolean;
  onLine: (line: AppLine) => void;
}

const followEveryMs = 2000;
/** Machines ship their lines up to 10 s late (templates/machine/ship-logs.py), and CloudWatch takes a moment, too. */
const lateMs = 60_000;
const forEver = { everyMs: followEveryMs, forMs: Infinity };

/** Hands over what the app wrote on its machines, of all releases or one. Only looks. Throws `usage`, `credentials`. */
export async function logs(ctx: Context, target: Target, options: LogsOptions): Promise<{ lines: number }> {
  const { backMs, onLine, ...filter } = options;
  const past = await readAppLines(ctx, target, { ...filter, sinceMs: ctx.clock.now() - backMs });
  const shown = past.slice(Math.max(0, past.length - options.lines));
  shown.forEach(onLine);
  if (!options.isFollowing) return { lines: shown.length };
  return { lines: shown.length + (await follow(ctx, target, options, past)) };
}

/** Asks again for the last minute, and hands over what was not there: lines of several machines come late and out of order. */
async function follow(ctx: Context, target: Target, options: LogsOptions, past: AppLine[]): Promise<number> {
  let seen = new Set(past.map(({ id }) => id));
  let newest = past.at(-1);
  let count = 0;
  const quiet = { ...ctx, report: () => undefined };
  try {
    await until(quiet, 'Ctrl-C', forEver, async () => {
      const lines = await readAppLines(ctx, target, { ...options, sinceMs: sinceOf(ctx, newest) });
      const fresh = lines.filter(({ id }) => !seen.has(id));
      fresh.forEach(options.onLine);
      count += fresh.length;
      seen = new Set(lines.map(({ id }) => id));
      newest = lines.at(-1) ?? newest;
      return { pending: 'more lines' };
    });
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'interrupted') throw error;
  }
  return count;
}

/** This computer's clock may be ahead of that of the machines. */
const sinceOf = ({ clock }: Context, newest: AppLine | undefined): number =>
  Math.min(clock.now(), newest?.at.getTime() ?? Infinity) - lateMs;
