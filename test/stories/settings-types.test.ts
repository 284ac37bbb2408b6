import { describe, expect, it } from 'vitest';
import { versionOf } from '../../pipeline/core/launches.ts';
import { findGroup, observe } from '../../pipeline/core/observe.ts';
import { steps } from '../support/plan-steps.ts';
import { watchedStory } from '../support/plan-world.ts';
import { startStory, type Story } from '../support/story.ts';
import { setWeather } from '../support/weather.ts';

const instance = { fallbackTypes: ['t3a.small', 't3.medium'] };

/** What the group launches, and what runs. */
async function fleet(story: Story) {
  const group = await findGroup(story.ctx, 'shop-production');
  const { fleet: seen } = await observe(story.ctx, await story.target());
  const overrides = group?.MixedInstancesPolicy?.LaunchTemplate?.Overrides;
  return {
    launches: [versionOf(group), ...(overrides ?? []).map(({ InstanceType }) => InstanceType)],
    live: seen?.live,
    runs: [...new Set(seen?.machines.map(({ type, release }) => `${type} ${release}`))].join(', '),
  };
}

const noRoomFor = (instanceType: string) => ({ kind: 'no-capacity' as const, instanceType });

describe('types to fall back on', () => {
  it('are launched, and baked on, where AWS has no room for the first; a rollback has those of its release', async () => {
    await using story = await startStory({ instance });
    setWeather(story, [noRoomFor('t3.small')]);
    await story.deploy();
    const all = ['t3.small', 't3a.small', 't3.medium'];
    expect(await fleet(story)).toEqual({ launches: ['1', ...all], live: 'v1', runs: 't3a.small v1' });
    setWeather(story, []);
    await story.configure({ instance: { type: 't3.medium' } });
    await story.deploy();
    expect(await fleet(story)).toEqual({ launches: ['2', 't3.medium'], live: 'v2', runs: 't3.medium v2' });
    setWeather(story, [noRoomFor('t3.small'), noRoomFor('t3a.small')]);
    await story.rollback();
    expect(await fleet(story)).toEqual({ launches: ['1', ...all], live: 'v1', runs: 't3.medium v1' });
  });

  it('can be named for a fleet that had none, and AWS takes a bad release back to what it was', async () => {
    await using story = await startStory({ rollout: { keepPreviousMinutes: 60 } });
    await story.deploy();
    expect(await fleet(story)).toEqual({ launches: ['1'], live: 'v1', runs: 't3.small v1' });
    await story.configure({ instance });
    story.played.apps.set('v2', { isMute: true });
    await expect(story.deploy()).rejects.toThrow('v2');
    await story.clock.advance(300_000);
    expect(await fleet(story)).toEqual({ launches: ['1'], live: 'v1', runs: 't3.small v1' });
    story.played.apps.clear();
    await story.deploy();
    expect(await fleet(story)).toMatchObject({ launches: ['2', 't3.small', 't3a.small', 't3.medium'], live: 'v2' });
    await story.edit('second line\n');
    await story.deploy();
    const spare = await findGroup(story.ctx, 'shop-production-spare-v2');
    expect(spare?.MixedInstancesPolicy?.LaunchTemplate?.Overrides).toHaveLength(3);
    await story.rollback();
    const notes = story.events.flatMap((event) => (event.kind === 'note' ? event.message : []));
    expect(notes.join('\n')).toMatch(/v2 serves alone after [\d.]+ s, from the machines in reserve/);
    expect(await fleet(story)).toMatchObject({ live: 'v2', runs: 't3.small v2' });
  });

  it('that somebody changed by hand are put right, as the plan says', async () => {
    await using watched = await watchedStory({ instance });
    await watched.deploy();
    await steps.get('drift: instance types are changed')?.(watched, 1);
    const changes = (await watched.plan()).steps.flatMap((step) => step.changes);
    expect(changes.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'instance types of Auto Scaling group shop-production: somebody changed them, v1 is for t3.small, else t3a.small, else t3.medium',
    ]);
    const { calls, result } = await watched.deploy();
    expect([result.action, calls]).toEqual(['unchanged', ['autoscaling:UpdateAutoScalingGroup']]);
    expect((await watched.plan()).hasChanges).toBe(false);
  });

  it('are all looked at before anything is made', async () => {
    await using story = await startStory({ instance: { fallbackTypes: ['t9.small', 't3a.small', 'm0.nano'] } });
    await expect(story.deploy()).rejects.toThrow(
      'instance.type and instance.fallbackTypes: "t9.small" is not in this region; "m0.nano" is not in this region',
    );
    expect(story.sandbox.engine.state.ec2.securityGroups).toSatisfy((all: Record<string, { name: string }>) =>
      Object.values(all).every(({ name }) => name === 'default'),
    );
    await story.configure({ instance: { fallbackTypes: ['t4g.small', 't3.small', 't3a.small', 't3a.small'] } });
    await expect(story.target()).rejects.toThrow(
      /3 mistakes(.|\n)*"t4g.small" is arm64(.|\n)*"t3.small" twice(.|\n)*"t3a.small" twice/,
    );
  });
});
