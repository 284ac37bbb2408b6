import { describe, expect, it } from 'vitest';
import { retireStatus } from '../../pipeline/commands/retire/status.ts';
import { waitBefore, startRetirement, type Retirement } from '../support/retirement.ts';
import { worldDifference, worldText } from '../support/world-text.ts';

/** Route 53 remembers every change; what `stop` read for keeps is kept. */
const history = /\/route53\/changes|\/secrets\//;
const world = ({ story, old }: Retirement) =>
  [worldText(story.sandbox), `/config ${JSON.stringify([old.config, old.before])}`].join('\n');
/** Of secrets of several lines only the first says where it is. */
const differences = (before: string, after: string): string[] =>
  worldDifference(before, after).filter((line) => /^[+-] \//.test(line) && !history.test(line));

describe('redeploy retire back', () => {
  const steps = ['plan', 'shift', 'forward', 'watch', 'stop', 'snapshot'] as const;

  it('restores the state before, from every step up to the image', async () => {
    await using retirement = await startRetirement();
    const { story } = retirement;
    for (const step of steps) {
      await waitBefore(story, step, () => retirement.take('watch'));
      const before = world(retirement);
      await retirement.take(step);
      expect(differences(before, world(retirement)), step).not.toEqual([]);
      expect(await retirement.take('back')).toMatchObject({ step });
      expect(differences(before, world(retirement)), step).toEqual([]);
      await retirement.take(step);
    }
  });

  it('leads from the image to where it all began, one step at a time', async () => {
    await using retirement = await startRetirement();
    const before = world(retirement);
    await retirement.takeUpTo('snapshot');
    const taken: unknown[] = [];
    for (let at = 0; at < steps.length; at += 1) taken.push(await retirement.take('back'));
    expect(taken).toMatchObject(steps.toReversed().map((step) => ({ step })));
    expect(differences(before, world(retirement))).toEqual([]);
    expect(await retirement.take('back')).toMatchObject({ step: undefined });
    expect(retirement.state()).toBe('running');
  });

  it('refuses once the machine is terminated', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('terminate');
    await expect(retirement.take('back')).rejects.toThrow(/is terminated: that cannot be taken back/);
    const { story, ctx } = retirement;
    expect(await story.clock.run(async () => retireStatus(ctx, await story.target()))).toMatchObject({
      next: 'release-ip',
    });
  });
});
