import { describe, expect, it } from 'vitest';
import { announced, countable, watchedStory, type Watched } from '../support/plan-world.ts';

/** Plans, deploys, and demands that the one said what the other does; then that nothing is left to do. */
async function expectTruth(watched: Watched): Promise<void> {
  const told = await watched.plan();
  const { calls, result } = await watched.deploy();
  expect(countable(calls)).toEqual(announced(told));
  expect(told.hasChanges).toBe(calls.length > 0);
  expect(result.action).toBe(
    told.steps.some(({ stage, changes }) => stage === 'fleet' && changes.some(isMove)) ? 'deployed' : 'unchanged',
  );
  await watched.story.clock.advance(120_000);
  const again = await watched.plan();
  expect(announced(again)).toEqual([]);
  expect(again.hasChanges).toBe(false);
}

const isMove = ({ action }: { action: string }): boolean => action === 'move' || action === 'create';

describe('plan', () => {
  it('announces the calls that a first deploy makes, and then says that there is nothing to do', async () => {
    await using watched = await watchedStory();
    await expectTruth(watched);
  });

  it('announces the machines that are kept in reserve, and those that go for them', async () => {
    await using watched = await watchedStory({ rollout: { keepPreviousMinutes: 60 } });
    await watched.deploy();
    for (const line of ['second line\n', 'third line\n']) {
      await watched.story.edit(line);
      await expectTruth(watched);
    }
  });
});
