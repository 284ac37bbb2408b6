import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import { step, type Outcome } from '../core/report.ts';
import { listText, percentMoved, recordText } from '../core/retire/records.ts';
import type { Name } from '../core/dns.ts';
import type { Target } from '../core/target.ts';
import { testify } from '../stages/retiree/dossier.ts';
import { findNames, findZones } from '../stages/zones.ts';
import { leadBack, moveShares, prepare, settle } from '../stages/retiree/shift.ts';
import { findBoth, type Both } from '../stages/retiree/sides.ts';

export interface CutoverOptions {
  /** Move exactly this share, in percent, and stop there; unset: `retire.shiftPercents`, one after the other. */
  weight?: number;
  /** Make the name lead to the old machine again. */
  back?: boolean;
}

/** Where the name leads now. */
export interface CutoverResult {
  app: string;
  environment: string;
  /** Share of the visitors; undefined when the DNS is not ours to read. */
  percent: number | undefined;
  names: { host: string; records: string[] }[];
}

/**
 * Moves the public names from the old machine to the new load balancer, share by share, and back by itself when the new side
 * is worse. Where it stands is in the records themselves: cut off, the same command goes on. Throws `retire`, `traffic`.
 */
export async function cutover(ctx: Context, target: Target, options: CutoverOptions): Promise<CutoverResult> {
  const { both, names } = await step(ctx, 'look', (inner) => look(inner, target));
  if (options.back) {
    await step(ctx, 'back', (inner) => leadBack(inner, target, both, names));
    return await resultOf(ctx, target, both);
  }
  const begun = await step(ctx, 'prepare', (inner) => prepare(inner, target, both, names));
  const zoned = names.filter(({ zoneId }) => zoneId !== undefined);
  if (zoned.length > 0) await moveShares(ctx, target, { both, names: zoned, begun, weight: options.weight });
  const isWhole = options.weight === undefined || options.weight === 100;
  if (isWhole) await step(ctx, 'names', (inner) => settle(inner, target, { both, names, begun }));
  await testify(ctx, target, { ...begun, state: isWhole ? 'done' : 'begun' });
  return await resultOf(ctx, target, both);
}

async function look(ctx: Context, target: Target): Promise<Outcome<{ both: Both; names: Name[] }>> {
  const both = await findBoth(ctx, target);
  const names = await findNames(ctx, await findZones(ctx), target.retire.hostnames);
  const strange = names.find(({ records }) => percentMoved(records, both.balancer) === undefined);
  if (strange) {
    throw new DeployError('retire', `${strange.host} has a routing policy of its own: ${listText(strange.records)}`, {
      hint: 'make it one plain record first: weights on top of another policy would change who goes where',
    });
  }
  return { value: { both, names }, detail: `from ${both.sides.old} to ${both.sides.new}` };
}

async function resultOf(ctx: Context, target: Target, { balancer }: Both): Promise<CutoverResult> {
  const names = await findNames(ctx, await findZones(ctx), target.retire.hostnames);
  const shares = names.flatMap(({ zoneId, records }) => (zoneId ? (percentMoved(records, balancer) ?? 0) : []));
  const { app, environment } = target;
  return {
    app,
    environment,
    percent: shares.length > 0 ? Math.min(...shares) : undefined,
    names: names.map(({ host, records }) => ({ host, records: records.map((one) => recordText(one)) })),
  };
}
