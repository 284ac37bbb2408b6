import { CancelInstanceRefreshCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { repair } from '../../pipeline/commands/repair.ts';
import { status } from '../../pipeline/commands/status.ts';
import { startStory, type Story } from '../support/story.ts';
import { perform, setWeather, settled, storyBefore } from '../support/weather.ts';
import { worldDifference } from '../support/world-text.ts';

const group = { AutoScalingGroupName: 'shop-production' };
const halfMade = async (story: Story) =>
  (await story.clock.run(async () => status(story.ctx, await story.target()))).halfMade;
const repaired = (story: Story) => story.clock.run(async () => repair(story.ctx, await story.target()));
const hour = 3_600_000;

/** Lets a second deploy begin and waits until the fleet rolls; what becomes of the deploy does not matter. */
async function beginRoll(story: Story): Promise<void> {
  await story.edit('second line\n');
  story.events.length = 0;
  const deploying = story.deploy().catch(() => undefined);
  await story.clock.run(async () => {
    while (!story.events.some((event) => event.kind === 'waiting' && event.what.startsWith('roll to')))
      await story.clock.sleep(1000);
    await story.clock.sleep(10_000);
  });
  void deploying;
}

describe('repair', () => {
  it('finds nothing to do after a clean deploy', async () => {
    await using story = await startStory();
    await story.deploy();
    expect(await halfMade(story)).toEqual([]);
    expect(await repaired(story)).toMatchObject({ done: [], left: [] });
  });

  it('removes the builder and the settings of a run that died, once nobody can be using them', async () => {
    await using story = await storyBefore('deploy');
    const before = await settled(story);
    setWeather(story, [
      { kind: 'unavailable', calls: 'ec2:CreateImage' },
      { kind: 'unavailable', calls: 'ec2:TerminateInstances' },
    ]);
    await perform(story, 'deploy');
    setWeather(story, []);
    expect((await halfMade(story)).join('\n')).toMatch(/builder i-\w+ still exists/);
    expect((await repaired(story)).left.join()).toContain('may be at work for a deploy');
    await story.clock.advance(hour);
    expect((await repaired(story)).done.join()).toMatch(/terminated builder i-/);
    expect(await halfMade(story)).toEqual([]);
    const left = worldDifference(before, await settled(story)).filter((line) => !/\/(ecr|secrets)\//.test(line));
    expect(left).toEqual([]);
  });

  it('is not needed for the machine of a dead bake of other code: the next deploy removes it, too', async () => {
    await using story = await storyBefore('deploy');
    setWeather(story, [
      { kind: 'unavailable', calls: 'ec2:CreateImage' },
      { kind: 'unavailable', calls: 'ec2:TerminateInstances' },
    ]);
    await perform(story, 'deploy');
    setWeather(story, []);
    await story.edit('other code\n');
    await story.clock.advance(hour);
    await story.deploy();
    expect(await halfMade(story)).toEqual([]);
  });

  it('removes AMIs that failed, snapshots without an AMI, and versions that are no release', async () => {
    await using story = await startStory();
    await story.deploy();
    const before = await settled(story);
    const { images, snapshots } = story.sandbox.engine.state.ec2;
    const good = Object.values(images).find(({ name }) => name.startsWith('redeploy-'));
    const snapshot = Object.values(snapshots).find(({ tags }) => tags['redeploy:role'] === 'ami');
    if (!good || !snapshot) throw new Error('there is no AMI');
    images['ami-0aaaaaaaaaaaaaaaa'] = {
      ...structuredClone(good),
      id: 'ami-0aaaaaaaaaaaaaaaa',
      state: 'failed',
      devices: [],
    };
    snapshots['snap-0aaaaaaaaaaaaaaaa'] = { ...structuredClone(snapshot), id: 'snap-0aaaaaaaaaaaaaaaa' };
    const version = new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: 'shop-production',
      LaunchTemplateData: { ImageId: good.id },
    });
    await story.account.ec2.send(version);
    const { done, left } = await repaired(story);
    expect([done.toSorted(), left]).toEqual([
      [
        'deleted launch template version 2',
        'deleted snapshot snap-0aaaaaaaaaaaaaaaa',
        'deregistered AMI ami-0aaaaaaaaaaaaaaaa, which was failed',
      ],
      [],
    ]);
    const kept = worldDifference(before, await settled(story)).filter((line) => !line.includes('lastVersion'));
    expect(kept).toEqual([]);
  });

  it('brings a fleet of two releases to the live one', async () => {
    await using story = await startStory();
    await story.deploy();
    await beginRoll(story);
    await story.clock.run(() =>
      story.account.autoScaling.send(
        new CancelInstanceRefreshCommand({ ...group, WaitForTransitioningInstances: false }),
      ),
    );
    expect((await halfMade(story)).join()).toMatch(/machines of v1 and v2 serve, v1 is live/);
    expect((await repaired(story)).done).toEqual(['all machines run v1']);
    expect(await halfMade(story)).toEqual([]);
  });

  it('watches a roll that nobody watches to its end', async () => {
    await using story = await startStory();
    await story.deploy();
    await beginRoll(story);
    expect((await halfMade(story)).join()).toMatch(/the fleet moves to v2 \(InProgress\) since/);
    expect((await repaired(story)).done).toEqual(['all machines run v2']);
  });

  it('resumes suspended processes that the fleet needs, and leaves others', async () => {
    await using story = await startStory();
    await story.deploy();
    const processes = { ...group, ScalingProcesses: ['Launch', 'AZRebalance'] };
    await story.account.autoScaling.send(new SuspendProcessesCommand(processes));
    expect((await halfMade(story)).join()).toContain('Launch of the group are suspended');
    expect((await repaired(story)).done).toEqual(['resumed Launch']);
    expect(story.sandbox.engine.state.autoscaling.groups['shop-production']?.suspended).toEqual(['AZRebalance']);
  });
});
