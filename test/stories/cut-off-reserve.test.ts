import { expect, it } from 'vitest';
import { cutOffWorlds } from '../support/cut-off-worlds.ts';
import { runClean, runCut, ways } from '../support/cut-off.ts';

/** Calls that change something about machines in reserve, or about what they stand in for. */
const isAboutReserve = /AutoScalingGroup |PutScheduled|StartInstanceRefresh|Targets |TerminateInstanceIn/;

it('a deploy that keeps machines in reserve and a rollback to them are repaired by running them again', async () => {
  const clean = await runClean(cutOffWorlds.reserve);
  const places = clean.places.filter(
    ({ command, call }) => command !== 'first deploy' && !call.includes('Describe') && isAboutReserve.test(call),
  );
  expect(places.length).toBeGreaterThan(8);
  const failures: string[] = [];
  // One way each; `npm run bench:cutoff -- --world reserve` cuts every call in all of them.
  for (const [at, place] of places.entries()) {
    const way = ways[at % ways.length] ?? 'killed';
    const { differences, wasReached } = await runCut(clean, place, way);
    expect(wasReached).toBe(true);
    if (differences.length > 0) failures.push(`${place.command}, ${place.call}, ${way}:`, ...differences);
  }
  expect(failures).toEqual([]);
}, 300_000);
