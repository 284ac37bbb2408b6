import type { Context } from '../core/context.ts';
import { isMoving, observe, type Roll, type World } from '../core/observe.ts';
import type { Release, ReleaseName } from '../core/release.ts';
import type { Target } from '../core/target.ts';

/** A release and how it stands. */
export interface ListedRelease extends Release {
  /** `live`: what new machines get. `moving`: the fleet is on its way to it. `failed`: its last roll was taken back. */
  mark: 'live' | 'moving' | 'failed' | undefined;
}

/** All releases of the environment, newest first, with what there is to go back to. Throws `credentials`. */
export async function releases(
  ctx: Context,
  target: Target,
): Promise<{ live: ReleaseName | undefined; releases: ListedRelease[] }> {
  const world = await observe(ctx, target);
  return {
    live: world.fleet?.live,
    releases: world.releases.map((release) => Object.assign({}, release, { mark: markOf(world, release.name) })),
  };
}

function markOf({ fleet, rolls }: World, release: ReleaseName): ListedRelease['mark'] {
  const last: Roll | undefined = rolls.find((roll) => roll.release === release);
  if (last && isMoving(last)) return last.status === 'RollbackInProgress' ? 'failed' : 'moving';
  if (fleet?.live === release) return 'live';
  return last && last.status !== 'Successful' ? 'failed' : undefined;
}
