import { DeployError } from './errors.ts';
import type { Roll, World } from './observe.ts';
import { releaseNumber, type Release, type ReleaseName } from './release.ts';

/** How a release fared, as far as AWS remembers (six weeks of rolls). */
export type Fate = 'live' | 'good' | 'failed' | 'unknown';

/** Judges a release by the group's saved version and the rolls to it. */
export function fateOf(world: Pick<World, 'fleet' | 'rolls'>, name: ReleaseName): Fate {
  if (world.fleet?.live === name) return 'live';
  const { rolls } = world;
  if (rolls.some((roll) => roll.release === name && roll.status === 'Successful')) return 'good';
  const failed = rolls.some(
    (roll, at) => roll.release === name && isFailed(roll) && !isBackward(roll, rolls.slice(at + 1)),
  );
  return failed ? 'failed' : 'unknown';
}

/** A way back that was stopped (Ctrl-C) says nothing against its goal, which was live before: newer than it was live then. */
function isBackward(roll: Roll, earlier: Roll[]): boolean {
  return numberOf(earlier.find(({ status }) => status === 'Successful')) > numberOf(roll);
}

const numberOf = (roll: Roll | undefined): number => releaseNumber(roll?.release ?? '') ?? 0;

/**
 * The release to go back to: the one named, or else the one that was live most recently among those older than the live one.
 * When the last roll went back already, it is the live one: a rollback that is run again (a lost connection, a nervous
 * hand) must not go back twice. Throws `usage` when there is none, or when the named one is not there.
 */
export function chooseRollback(world: World, to: string | undefined): Release {
  const { fleet, releases } = world;
  if (!fleet)
    throw new DeployError('usage', 'nothing is deployed, so there is nothing to roll back', {
      hint: 'run `redeploy deploy`',
    });
  if (to !== undefined) return named(releases, to);
  const current = wentBack(world) && releases.find(({ name }) => name === fleet.live);
  const chosen = current || previousRelease(world);
  if (chosen) return chosen;
  throw new DeployError('usage', `there is no good release before ${fleet.live}`, {
    hint: hintAt(releases, fleet.live),
  });
}

function hintAt(releases: Release[], live: string): string {
  const other = releases.find(({ name }) => name !== live);
  if (!other) return 'it is the only one: mend the app or its settings, and run `redeploy deploy`';
  return `name the one to go to, as in \`redeploy rollback ${other.name}\`; \`redeploy releases\` lists them`;
}

/** The release that was live most recently among those older than the live one, if any is good. */
export function previousRelease(world: Pick<World, 'fleet' | 'rolls' | 'releases'>): Release | undefined {
  const live = releaseNumber(world.fleet?.live ?? '') ?? 0;
  const older = world.releases.filter((one) => one.number < live && fateOf(world, one.name) !== 'failed');
  const recently = world.rolls.find(
    (roll) => roll.status === 'Successful' && older.some((release) => release.name === roll.release),
  );
  return older.find((release) => release.name === recently?.release) ?? older[0];
}

/** Whether the live release came in place of a newer one. */
export function wentBack({ fleet, rolls }: Pick<World, 'fleet' | 'rolls'>): boolean {
  const [last, before] = rolls.filter(({ status }) => status === 'Successful');
  return last !== undefined && last.release === fleet?.live && numberOf(before) > numberOf(last);
}

function named(releases: Release[], to: string): Release {
  const number = releaseNumber(to);
  const found = releases.find((release) => release.number === number);
  if (found) return found;
  throw new DeployError('usage', `there is no release "${to}"`, {
    hint: `the releases are ${releases.map((release) => release.name).join(', ') || 'none'}`,
  });
}

const isFailed = (roll: Roll): boolean =>
  ['Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'].includes(roll.status);
