import { CancelInstanceRefreshCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { describe, expect, it } from 'vitest';
import { observe, type World } from '../../pipeline/core/observe.ts';
import { failureOf } from '../support/failure.ts';
import { startStory, type Story } from '../support/story.ts';

const group = 'shop-production';
const refreshOf = ({ sandbox }: Story) => sandbox.engine.state.autoscaling.groups[group]?.refreshes.at(-1);

const look = async (story: Story): Promise<World> => observe(story.ctx, await story.target());
const releasesOf = ({ fleet }: World): string[] => (fleet?.machines ?? []).map(({ release }) => release).toSorted();

/** Looks every few seconds until the world is so. */
async function until(story: Story, isSo: (world: World) => boolean): Promise<World> {
  for (;;) {
    const world = await look(story);
    if (isSo(world)) return world;
    await story.clock.sleep(10_000);
  }
}

describe('a roll', () => {
  it('pauses at a checkpoint with half of the machines new, and saves the release only at the end', async () => {
    await using story = await startStory({ rollout: { checkpoints: [50], checkpointDelaySeconds: 600 } });
    await story.deploy();
    await story.edit('canary\n');
    const startedAt = story.clock.now();
    const deploying = story.deploy();
    const paused = await story.clock.run(() => until(story, ({ rolls }) => /checkpoint/.test(rolls[0]?.reason ?? '')));
    expect(releasesOf(paused).filter((release) => release === 'v2')).toHaveLength(1);
    expect(paused.fleet?.live).toBe('v1');
    expect(await deploying).toMatchObject({ release: 'v2' });
    expect(story.clock.now() - startedAt).toBeGreaterThan(600_000);
    expect((await story.clock.run(look(story))).fleet?.live).toBe('v2');
    expect(refreshOf(story)?.preferences).toMatchObject({ CheckpointPercentages: [50, 100], CheckpointDelay: 600 });
  });

  it('bakes as long as it is told to before it counts', async () => {
    await using story = await startStory({ rollout: { bakeSeconds: 900 } });
    await story.deploy();
    await story.edit('baked\n');
    const deploying = story.deploy();
    const baking = await story.clock.run(() => until(story, ({ rolls }) => rolls[0]?.status === 'Baking'));
    expect([releasesOf(baking), baking.fleet?.live]).toEqual([['v2', 'v2'], 'v1']);
    expect(await deploying).toMatchObject({ release: 'v2' });
  });

  it('that somebody cancels ends with what to do, and the same deploy then makes the fleet one release', async () => {
    await using story = await startStory();
    await story.deploy();
    await story.edit('cancelled\n');
    const failing = failureOf(story.deploy());
    await story.clock.run(async () => {
      await until(story, (world) => releasesOf(world).includes('v2'));
      await story.account.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
    });
    const failure = await failing;
    expect(failure.message).toMatch(/^the roll to v2 ended as Cancelled/);
    expect(failure.hint).toContain('deploy or roll back again');
    expect(await story.deploy()).toMatchObject({ action: 'deployed', release: 'v2' });
    expect(releasesOf(await story.clock.run(look(story)))).toEqual(['v2', 'v2']);
  });

  it('of a group that somebody made follow $Latest can be taken back all the same', async () => {
    await using story = await startStory();
    await story.deploy();
    const LaunchTemplate = { LaunchTemplateName: group, Version: '$Latest' };
    await story.account.autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, LaunchTemplate }),
    );
    story.played.apps.set('v2', { isMute: true });
    await story.edit('mute\n');
    expect((await failureOf(story.deploy())).message).toContain('v2 is bad');
    const after = await story.clock.run(look(story));
    expect([releasesOf(after), after.fleet?.live]).toEqual([['v1', 'v1'], 'v1']);
  });
});
