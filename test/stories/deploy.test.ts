import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { observe } from '../../pipeline/core/observe.ts';
import { status } from '../../pipeline/commands/status.ts';
import { startStory, type Story } from '../support/story.ts';

const minute = 60_000;

/** Who runs now: releases of the machines in service, and how many builders are left. */
async function world(story: Story) {
  const target = await story.target();
  const seen = await story.clock.run(observe(story.ctx, target));
  return {
    live: seen.fleet?.live,
    machines: seen.fleet?.machines.map(({ release, lifecycle, health }) => `${release} ${lifecycle} ${health}`),
    releases: seen.releases.map(({ name }) => name),
    halfMade: seen.halfMade,
  };
}

const instances = async ({ ctx }: Story, state: string): Promise<string[]> => {
  const filter = { Name: 'instance-state-name', Values: [state] };
  const { Reservations = [] } = await ctx.aws.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
  return Reservations.flatMap((one) => one.Instances ?? []).map((one) => one.InstanceId ?? '');
};

describe('deploying an app', () => {
  it('goes from nothing to a fleet, to a second release, back and forth again', async () => {
    await using story = await startStory();
    const first = await story.deploy();
    expect(first).toMatchObject({ action: 'deployed', release: 'v1', previous: undefined });
    expect(await world(story)).toEqual({
      live: 'v1',
      machines: ['v1 InService healthy', 'v1 InService healthy'],
      releases: ['v1'],
      halfMade: [],
    });
    const before = await instances(story, 'running');

    await story.edit('second line\n');
    await story.settings({ public: { greeting: 'hello again' } });
    const second = await story.deploy();
    expect(second).toMatchObject({ action: 'deployed', release: 'v2', previous: 'v1' });
    expect(second.ami).not.toBe(first.ami);
    expect((await world(story)).machines).toEqual(['v2 InService healthy', 'v2 InService healthy']);
    expect((await instances(story, 'running')).filter((id) => before.includes(id))).toEqual([]);

    const back = await story.rollback();
    expect(back).toMatchObject({ action: 'rolled-back', release: 'v1', previous: 'v2', ami: first.ami });
    expect(back.settingsVersion).toBe(first.settingsVersion);
    expect((await world(story)).machines).toEqual(['v1 InService healthy', 'v1 InService healthy']);

    const forward = await story.rollback('v2');
    expect(forward).toMatchObject({ release: 'v2', ami: second.ami, settingsVersion: second.settingsVersion });
    expect(await world(story)).toMatchObject({ live: 'v2', releases: ['v2', 'v1'], halfMade: [] });
    expect(story.docker.builds).toHaveLength(2);
  });

  it('makes a release without build and bake when only settings changed', async () => {
    await using story = await startStory();
    const first = await story.deploy();
    await story.settings({ public: { greeting: 'new words' } });
    const second = await story.deploy();
    expect(second).toMatchObject({ release: 'v2', ami: first.ami, imageDigest: first.imageDigest });
    expect(second.settingsVersion).not.toBe(first.settingsVersion);
    expect(story.docker.builds).toHaveLength(1);
    const builders = Object.values(story.sandbox.engine.state.ec2.instances).filter(
      (one) => one.tags['redeploy:role'] === 'builder',
    );
    expect(builders.length).toBeLessThanOrEqual(1);
  });

  it('moves nothing when nothing changed', async () => {
    await using story = await startStory();
    await story.deploy();
    const before = await instances(story, 'running');
    const again = await story.deploy();
    expect(again).toMatchObject({ action: 'unchanged', release: 'v1' });
    expect(await instances(story, 'running')).toEqual(before);
    expect((await world(story)).releases).toEqual(['v1']);
  });

  it('keeps the site up when a machine is killed: the group replaces it by itself', async () => {
    await using story = await startStory();
    await story.deploy();
    const [victim = ''] = await instances(story, 'running');
    story.machines.kill(victim);
    await story.clock.advance(10 * minute);
    expect((await world(story)).machines).toEqual(['v1 InService healthy', 'v1 InService healthy']);
    expect(await instances(story, 'running')).not.toContain(victim);
  });

  it('takes what a release is made of from no secret: no value of settings or env is anywhere but in the secret', async () => {
    await using story = await startStory();
    await story.settings({ private: { key: 'planted-secret-value' } });
    await story.deploy();
    const { secrets, ...rest } = story.sandbox.engine.state;
    expect(JSON.stringify(secrets)).toContain('planted-secret-value');
    expect(JSON.stringify(rest)).not.toContain('planted-secret-value');
    expect(JSON.stringify(rest)).not.toContain(Buffer.from('planted-secret-value').toString('base64').slice(2, -4));
    expect(JSON.stringify(story.events)).not.toContain('planted-secret-value');
  });

  it('tells the truth in status', async () => {
    await using story = await startStory();
    const target = await story.target();
    expect(await story.clock.run(status(story.ctx, target))).toMatchObject({
      live: undefined,
      machines: [],
      url: undefined,
    });
    await story.deploy();
    const after = await story.clock.run(status(story.ctx, target));
    expect(after).toMatchObject({ live: { name: 'v1' }, size: { desired: 2 }, roll: undefined });
    expect(after.machines.map(({ release, health }) => [release, health])).toEqual([
      ['v1', 'healthy'],
      ['v1', 'healthy'],
    ]);
  });
});
