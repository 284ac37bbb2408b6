import type { Context } from '../../core/context.ts';
import { leftText } from '../../core/duration.ts';
import { step, type Outcome } from '../../core/report.ts';
import { callerText, fold, missingHours, missingMs, type Residue } from '../../core/retire/residue.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { demand, testify } from '../../stages/retiree/dossier.ts';
import { lookAtTraffic } from '../../stages/retiree/look.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';

/** Who still comes to the old machine, and how long nobody has. Plain JSON. */
export interface WatchResult extends Residue {
  app: string;
  environment: string;
  /** It has been quiet for long enough. */
  isQuiet: boolean;
  missingHours: number;
}

const everyMs = 60_000;
const longestMs = 90 * 24 * 3_600_000;

/**
 * Watches who still comes to the old machine until nobody has for the soak time; with `once`, looks once, as a scheduled job
 * does. Cut off, it goes on from the evidence. Throws `retire` without the evidence that the old machine forwards.
 */
export async function retireWatch(ctx: Context, target: Target, options: { once: boolean }): Promise<WatchResult> {
  const both = await findBoth(ctx, target);
  demandForward(both);
  const residue = await step(ctx, 'watch', (inner) => watch(inner, target, both, options));
  const missing = missingHours(residue, target.retire);
  const { app, environment } = target;
  return { app, environment, ...residue, isQuiet: missing === 0, missingHours: missing };
}

/** A watch outlasts the freshness of what it began on: it only asks that the machine forwards. */
const demandForward = ({ dossier, machine }: Both): void =>
  void demand(dossier, 'forward', { machine: machine.id, now: 0, freshHours: Infinity });

async function watch(
  ctx: Context,
  target: Target,
  { machine, dossier }: Both,
  { once }: { once: boolean },
): Promise<Outcome<Residue>> {
  const known = dossier.watch?.machine === machine.id ? dossier.watch : undefined;
  let residue = known?.facts;
  const since = known?.since;
  const value = await until(ctx, 'the old machine to be quiet', { everyMs, forMs: longestMs }, async () => {
    residue = fold(residue, await lookAtTraffic(ctx, target, machine.id), target.retire);
    const missing = missingMs(residue, target.retire);
    const state = missing === 0 ? 'done' : 'begun';
    const words = { step: 'watch', machine: machine.id, facts: residue, state, ...(since && { since }) } as const;
    await testify(ctx, target, words);
    if (once || missing === 0) return { done: residue };
    const [last] = residue.callers;
    return { pending: `${leftText(missing)} more${last ? `; last: ${callerText(last)}` : ''}` };
  });
  const missing = missingMs(value, target.retire);
  return { value, detail: missing === 0 ? `nobody since ${value.quietSince}` : `${leftText(missing)} more to go` };
}
