import { beforeAll, describe, expect, it } from 'vitest';
import { runClean, runCut, ways, type CleanRun, type Way } from './cut-off.ts';

/** One in so many calls is cut; `npm run bench:cutoff` cuts them all. */
const every = 21;

/**
 * Tests that a story which was cut off at a call and then run again ends as a clean one. A file a way: they run side by side.
 */
export function testCutOffs(way: Way): void {
  describe(`a run whose AWS call is ${way}`, () => {
    let clean: CleanRun | undefined;
    beforeAll(async () => {
      // Each way with another fleet: of one type, or of several.
      clean = await runClean(way === 'answer lost' ? { instance: { fallbackTypes: ['t3a.small'] } } : {});
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
