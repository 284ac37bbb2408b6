import { previousRelease, wentBack } from './history.ts';
import { isMoving, type World } from './observe.ts';
import type { Release, ReleaseName } from './release.ts';

/**
 * Running machines of the release before, in a group of their own and out of the balancer: what makes a rollback a matter of
 * seconds (`rollout.keepPreviousMinutes`).
 */
export interface Spares {
  group: string;
  release: ReleaseName;
  /** When AWS ends them, whoever is there or not. */
  until: Date;
  desired: number;
  machines: SpareMachine[];
  /** The group is being deleted. */
  isLeaving: boolean;
}

export interface SpareMachine {
  id: string;
  lifecycle: string;
  /** The balancer's view; undefined while it does not know the machine, as it should be. */
  health: string | undefined;
}

export interface WantedSpares {
  release: Release;
  count: number;
  until: Date;
}

/** A scheduled action may be two minutes late (ec2-auto-scaling-scheduled-scaling.html); less than that is not worth a start. */
const leastMs = 120_000;

/**
 * What there shall be in reserve: as many machines as serve, of the release that a rollback would go to, for so many minutes
 * after the roll to the live one ended. AWS remembers that end, so a run that was cut off comes to the same. Pure.
 */
export function wantedSpares(world: World, minutes: number, now: number): WantedSpares | undefined {
  const count = world.fleet?.desired ?? 0;
  const rolledAt = endOfRoll(world);
  const release = previousRelease(world);
  if (minutes === 0 || count === 0 || !rolledAt || !release) return undefined;
  const until = new Date(rolledAt.getTime() + minutes * 60_000);
  return until.getTime() - now < leastMs ? undefined : { release, count, until };
}

/** When the roll ended that made the live release follow an older one; undefined during a roll and after a way back. */
function endOfRoll(world: World): Date | undefined {
  const { fleet, rolls } = world;
  const last = rolls.find(({ status }) => status === 'Successful');
  const isForward = last?.release === fleet?.live && !wentBack(world);
  return isForward && !rolls.some((roll) => isMoving(roll)) ? last?.endedAt : undefined;
}

/** Machines that the balancer knows serve, or did. */
export const servingSpares = ({ machines }: Spares): SpareMachine[] =>
  machines.filter(({ health }) => health !== undefined);

/** Why spares have to go; undefined for those that may stay. */
export function whyNoSpares(spares: Spares, world: World, now: number): string | undefined {
  if (servingSpares(spares).length > 0) return `serve beside those of the group`;
  if (spares.until.getTime() <= now) return `were kept until ${spares.until.toISOString()}`;
  return spares.release === world.fleet?.live ? 'run the live release' : undefined;
}
