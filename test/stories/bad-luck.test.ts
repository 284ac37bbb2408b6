import { describe, expect, it } from 'vitest';
import { observe } from '../../pipeline/core/observe.ts';
import { failureOf } from '../support/failure.ts';
import { startStory, type Story } from '../support/story.ts';

const fleetOf = async (story: Story) => (await story.clock.run(observe(story.ctx, await story.target()))).fleet;

const isRolling = ({ events }: Story): boolean =>
  events.some((event) => event.kind === 'step-started' && event.step === 'fleet');

const buildersLeft = ({ sandbox }: Story): string[] =>
  Object.values(sandbox.engine.state.ec2.instances)
    .filter(
      (one) => one.tags['redeploy:role'] === 'builder' && one.state !== 'terminated' && one.state !== 'shutting-down',
    )
    .map((one) => one.id);

describe('a bad release', () => {
  it('that never listens is taken back, and the previous one serves at full strength', async () => {
    await using story = await startStory();
    await story.deploy();
    story.played.apps.set('v2', { isMute: true });
    await story.edit('never listens\n');
    const startedAt = story.clock.now();
    const failure = await failureOf(story.deploy());
    expect(failure.code).toBe('release');
    expect(failure.message).toMatch(/^v2 is bad: i-\w+ was not healthy within 135 s/);
    expect(story.clock.now() - startedAt).toBeLessThan(30 * 60_000);
    const fleet = await fleetOf(story);
    expect(fleet?.live).toBe('v1');
    expect(fleet?.machines.map(({ release, health }) => `${release} ${health}`)).toEqual(['v1 healthy', 'v1 healthy']);
  });

  it('that exits at once is taken back with its last words', async () => {
    await using story = await startStory();
    await story.deploy();
    story.played.apps.set('v2', { exitsWith: 'Error: Must pass options.rootUrl or set ROOT_URL' });
    await story.edit('exits\n');
    const failure = await failureOf(story.deploy());
    expect(failure.lines.at(-1)).toBe('Error: Must pass options.rootUrl or set ROOT_URL');
    expect((await fleetOf(story))?.live).toBe('v1');
  });

  it('whose health answers 500 is taken back', async () => {
    await using story = await startStory();
    await story.deploy();
    story.played.apps.set('v2', { status: 500 });
    await story.edit('answers 500\n');
    expect((await failureOf(story.deploy())).message).toContain('v2 is bad');
  });

  it('leaves no group behind when it was the first one, and the next deploy succeeds', async () => {
    await using story = await startStory();
    story.played.apps.set('v1', { isMute: true });
    expect((await failureOf(story.deploy())).code).toBe('release');
    expect(await fleetOf(story)).toBeUndefined();
    story.played.apps.clear();
    await story.edit('better\n');
    expect(await story.deploy()).toMatchObject({ action: 'deployed', release: 'v2' });
  });

  it('does not include a good but slow starter', async () => {
    await using story = await startStory();
    await story.deploy();
    story.played.apps.set('v2', { startMs: 90_000 });
    await story.edit('slow\n');
    expect(await story.deploy()).toMatchObject({ release: 'v2' });
  });
});

describe('a bake that fails', () => {
  it('says which step, shows the builder’s last lines, and leaves no builder', async () => {
    await using story = await startStory();
    story.played.failBakeAt = 'pull the image';
    const failure = await failureOf(story.deploy());
    expect(failure.code).toBe('bake');
    expect(failure.message).toContain('could not pull the image');
    expect(failure.lines.join('\n')).toContain('redeploy bake: failed');
    await story.clock.advance(60_000);
    expect(buildersLeft(story)).toEqual([]);
    story.played.failBakeAt = undefined;
    expect(await story.deploy()).toMatchObject({ release: 'v1' });
  });
});

describe('two deploys at once', () => {
  it('with --no-wait stops and says whose release is moving', async () => {
    await using story = await startStory();
    await story.deploy();
    await story.edit('mine\n');
    const mine = story.deploy();
    story.events.length = 0;
    await story.clock.run(async () => {
      while (!isRolling(story)) await story.clock.sleep(1000);
      await story.clock.sleep(10_000);
    });
    await story.settings({ public: { greeting: 'theirs' } });
    const failure = await failureOf(story.deploy({ wait: false }));
    expect(failure.code).toBe('busy');
    expect(failure.message).toContain('v2 is being rolled since');
    expect(await mine).toMatchObject({ release: 'v2' });
  });

  it('takes a rolling deploy back by a rollback', async () => {
    await using story = await startStory();
    await story.deploy();
    await story.edit('regretted\n');
    story.events.length = 0;
    const deploying = failureOf(story.deploy());
    await story.clock.run(async () => {
      while (!story.events.some((event) => event.kind === 'step-started' && event.step === 'fleet'))
        await story.clock.sleep(1000);
      await story.clock.sleep(10_000);
    });
    expect(await story.rollback()).toMatchObject({ release: 'v1' });
    expect((await deploying).message).toContain('Rollback');
    expect((await fleetOf(story))?.live).toBe('v1');
  });
});
