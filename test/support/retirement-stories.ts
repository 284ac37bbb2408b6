import { timings } from '../../sandbox/engine/engine.ts';
import { startRetirement } from './retirement.ts';

/** A retirement that uses every permission of who retires: what `redeploy iam retire`, with the deployer's, must suffice for. */
export const retirementStories: Record<string, () => Promise<void>> = {
  'from the image back to where it began, one step at a time, and then until nothing is left': async () => {
    const timing = { ...timings.none, tickMs: 60_000 };
    await using retirement = await startRetirement({ shiftPauseSeconds: 20 }, { timing });
    await retirement.takeUpTo('snapshot');
    for (let at = 0; at < 6; at += 1) await retirement.take('back');
    // Somebody works on the old machine yet: what `stop` keeps has changed.
    retirement.old.config += '# still in use\n';
    await retirement.takeUpTo('release-ip');
  },
};
