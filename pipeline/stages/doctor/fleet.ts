import { failed, warning, worst, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import type { World } from '../../core/observe.ts';
import { findHalfMade, halfMadeText, type HalfMade } from '../../core/observe/half-made.ts';
import type { Target } from '../../core/target.ts';

/** Machines, rolls and processes as they should be, and nothing that a dead run left. */
export function judgeFleet({ fleet }: Pick<World, 'fleet'>, halfMade: readonly HalfMade[]): Verdict {
  const verdicts = halfMade.map((thing) =>
    thing.kind === 'suspended' || thing.kind === 'mixed'
      ? failed(halfMadeText(thing), 'redeploy repair')
      : warning(halfMadeText(thing), thing.kind === 'roll' ? 'redeploy status' : 'redeploy repair'),
  );
  const unhealthy = (fleet?.machines ?? []).filter(({ health }) => health === 'unhealthy');
  const sick = unhealthy.map(({ id, healthReason }) =>
    warning(`${id} is unhealthy${healthReason === undefined ? '' : ` (${healthReason})`}`, 'redeploy status'),
  );
  const good = fleet
    ? `${fleet.live} on ${fleet.machines.length === 1 ? 'one machine' : `${fleet.machines.length} machines`}, nothing half-made`
    : 'nothing is deployed yet';
  return worst([...verdicts, ...sick], good);
}

export const checkFleet = async (ctx: Context, target: Target, world: World): Promise<Verdict> =>
  judgeFleet(world, await findHalfMade(ctx, target, world));
