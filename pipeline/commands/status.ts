import type { Context } from '../core/context.ts';
import { isMoving, observe, type Fleet, type Machine, type Roll, type World } from '../core/observe.ts';
import { findHalfMade, halfMadeText } from '../core/observe/half-made.ts';
import { findSpares } from '../core/observe/spares.ts';
import type { Release } from '../core/release.ts';
import type { Spares } from '../core/spares.ts';
import type { Target } from '../core/target.ts';
import { addressOf } from '../core/address.ts';

/** What there is of one environment, for people and for `--json`. */
export interface Status {
  app: string;
  environment: string;
  region: string;
  /** The release that new machines get; undefined before the first deploy. */
  live: Release | undefined;
  /** Undefined until there is a balancer. */
  url: string | undefined;
  size: Pick<Fleet, 'min' | 'desired' | 'max'> | undefined;
  machines: Machine[];
  /** Machines in reserve for a rollback within seconds. */
  reserve: Spares[];
  /** The roll that moves machines right now. */
  roll: Roll | undefined;
  /** The last roll, when it did not reach its end. */
  failure: Roll | undefined;
  halfMade: string[];
}

/** Looks at everything of the environment and changes nothing. Throws `credentials`. */
export async function status(ctx: Context, target: Target): Promise<Status> {
  const world = await observe(ctx, target);
  const { app, environment, region } = target;
  const { fleet, balancer, rolls } = world;
  const reserve = (await findSpares(ctx, target, world)).filter(({ isLeaving }) => !isLeaving);
  const halfMade = (await findHalfMade(ctx, target, world)).map((thing) => halfMadeText(thing));
  return {
    app,
    environment,
    region,
    live: liveRelease(world),
    url: balancer && addressOf(target, balancer.dnsName),
    size: fleet && { min: fleet.min, desired: fleet.desired, max: fleet.max },
    machines: fleet?.machines ?? [],
    reserve,
    roll: rolls.find((roll) => isMoving(roll)),
    failure: rolls.slice(0, 1).find((roll) => !isMoving(roll) && roll.status !== 'Successful'),
    halfMade,
  };
}

const liveRelease = ({ fleet, releases }: World): Release | undefined =>
  fleet && releases.find(({ name }) => name === fleet.live);
