import { beforeAll, describe, expect, it } from 'vitest';
import { cutOffWorlds } from './cut-off-worlds.ts';
import { runClean, runCut, ways, type CleanRun, type Way } from './cut-off.ts';

/** A way each: `npm run bench:cutoff` has all ways in all worlds. */
const worldOf = { refused: 'company', 'answer lost': 'fleet', killed: 'domain' } as const satisfies Record<Way, string>;

/** One in so many calls is cut; `npm run bench:cutoff` cuts them all. */
const every = 21;

/**
 * Tests that a story which was cut off at a call and then run again ends as a clean one. A file a way: they run side by side.
 */
export function testCutOffs(way: Way): void {
  describe(`a run whose AWS call is ${way}`, () => {
    let clean: CleanRun | undefined;
    beforeAll(async () => {
      clean = await runClean(cutOffWorlds[worldOf[way]]);
    }, 60_000);

    it('is repaired by running the same command again, wherever it was', async () => {
      if (!clean) throw new Error('there is no clean run');
      const offset = ways.indexOf(way) * 7;
      const failures: string[] = [];
      for (const place of clean.places.filter((_, at) => at % every === offset % every)) {
        const { differences } = await runCut(clean, place, way);
        if (differences.length > 0) failures.push(`${place.command}, ${place.call}:`, ...differences);
      }
      expect(failures).toEqual([]);
    }, 180_000);
  });
}
