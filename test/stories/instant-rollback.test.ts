import { CreateAutoScalingGroupCommand, SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { describe, expect, it } from 'vitest';
import { plan } from '../../pipeline/commands/plan.ts';
import { repair } from '../../pipeline/commands/repair.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import { status, type Status } from '../../pipeline/commands/status.ts';
import { targetHealth } from '../../sandbox/engine/elb/target-health.ts';
import { failureOf } from '../support/failure.ts';
import { paused } from '../support/paused.ts';
import { clients } from '../support/sandbox.ts';
import { startStory, type Story } from '../support/story.ts';
import { unhurried } from '../support/unhurried.ts';

const minute = 60_000;
const path = '/.well-known/redeploy/health';

/** An app whose second release is live and whose first one is in reserve. */
async function storyWithReserve(rollout: Record<string, unknown> = {}): Promise<Story> {
  const story = await startStory({ rollout: { keepPreviousMinutes: 60, ...rollout } });
  await story.deploy();
  await story.edit('second line\n');
  await story.deploy();
  return story;
}

const look = (story: Story): Promise<Status> => story.clock.run(async () => status(story.ctx, await story.target()));

const inReserve = ({ reserve }: Status): string[] =>
  reserve.flatMap(({ machines, release }) =>
    machines.map(({ lifecycle, health }) => `${release} ${lifecycle} ${health}`),
  );

/** Releases of all machines that are billed. */
const running = ({ sandbox }: Story): string[] =>
  Object.values(sandbox.engine.state.ec2.instances)
    .filter(({ state }) => state === 'running')
    .map(({ tags }) => tags['redeploy:release'] ?? 'none')
    .toSorted();

const groupsOf = ({ sandbox }: Story): string[] => Object.keys(sandbox.engine.state.autoscaling.groups);

const healthyTargets = ({ sandbox: { engine } }: Story): number =>
  Object.values(engine.state.elb.targetGroups)
    .flatMap((group) => Object.values(group.targets).map((target) => targetHealth(engine, group, target).State))
    .filter((state) => state === 'healthy').length;

/** What visitors are answered by while `act` is done: second by second, from its beginning. */
async function visit(story: Story, act: () => Promise<unknown>) {
  const seen: { second: number; release: string; healthy: number }[] = [];
  const { url } = await look(story);
  const startedAt = story.clock.now();
  const done = new AbortController();
  const visitor = async () => {
    for (; !done.signal.aborted; await story.clock.sleep(1000)) {
      const { body } = await story.ctx.http({ url: `${url}${path}`, timeoutMs: 1000 });
      const { release } = JSON.parse(body || '{"release":"nothing"}') as { release: string };
      seen.push({ second: (story.clock.now() - startedAt) / 1000, release, healthy: healthyTargets(story) });
    }
  };
  const visiting = visitor();
  await act().finally(() => done.abort());
  await story.clock.run(visiting);
  return seen;
}

/** Every call takes a quarter of a second, as from a laptop at home. */
async function rollbackFromAfar(story: Story): Promise<void> {
  const aws = paused(story.clock, unhurried(story.clock, clients(story.sandbox, story.deployer)), [250]);
  const target = await story.target();
  await story.clock.run(() => rollback({ ...story.ctx, aws }, target, { wait: true }));
}

describe('with machines of the release before in reserve', { timeout: 60_000 }, () => {
  it('a deploy keeps as many as serve, out of the balancer, and says until when', async () => {
    await using story = await storyWithReserve();
    const seen = await look(story);
    expect(inReserve(seen)).toEqual(['v1 InService undefined', 'v1 InService undefined']);
    expect(seen.machines.map(({ release }) => release)).toEqual(['v2', 'v2']);
    expect(seen.halfMade).toEqual([]);
    const left = (seen.reserve[0]?.until.getTime() ?? 0) - story.clock.now();
    expect(left).toBeGreaterThan(55 * minute);
    expect(left).toBeLessThanOrEqual(60 * minute);
    const finished = story.events.filter((event) => event.kind === 'step-finished' && event.step === 'fleet');
    expect(finished.at(-1)).toMatchObject({ detail: expect.stringContaining('2 of v1 in reserve until 2026-') });
    await story.edit('third line\n');
    const { steps } = await story.clock.run(async () =>
      plan(story.ctx, await story.target(), { bundle: `${story.app}/bundle` }),
    );
    expect(
      steps
        .at(-1)
        ?.changes.map(({ action, what, why }) => `${action} ${what}: ${why}`)
        .slice(-2),
    ).toEqual([
      'delete machines of v1 in reserve: they are replaced',
      'create group shop-production-spare-v2: 2 t3.small keep v2 in reserve for 60 minutes, and are billed',
    ]);
  });

  it('a rollback serves the old release within 20 s, and never fewer machines than there shall be', async () => {
    await using story = await storyWithReserve();
    const seen = await visit(story, () => rollbackFromAfar(story));
    const lastOfNew = seen.findLast(({ release }) => release === 'v2');
    expect(lastOfNew?.second).toBeGreaterThan(1);
    expect(lastOfNew?.second).toBeLessThanOrEqual(20);
    expect(new Set(seen.map(({ release }) => release))).toEqual(new Set(['v1', 'v2']));
    expect(Math.min(...seen.map(({ healthy }) => healthy))).toBe(2);
    await story.clock.advance(3 * minute);
    expect([running(story), groupsOf(story)]).toEqual([['v1', 'v1'], ['shop-production']]);
    expect(story.sandbox.engine.state.autoscaling.groups['shop-production']?.launchTemplate.version).toBe('1');
    expect(inReserve(await look(story))).toEqual([]);
  });

  it('AWS ends them by itself when nobody comes back, and the next command clears what is left', async () => {
    await using story = await storyWithReserve();
    await story.clock.advance(65 * minute);
    expect(running(story)).toEqual(['v2', 'v2']);
    const { halfMade } = await look(story);
    expect(halfMade.join()).toMatch(/machines in reserve \(shop-production-spare-v1\) were kept until 2026-/);
    const { done } = await story.clock.run(async () => repair(story.ctx, await story.target()));
    expect(done).toEqual(['ended the machines in reserve, shop-production-spare-v1']);
    expect(groupsOf(story)).toEqual(['shop-production']);
    expect(await story.deploy()).toMatchObject({ action: 'unchanged' });
    expect(running(story)).toEqual(['v2', 'v2']);
  });

  it('the next deploy replaces them; a release that is taken back changes nothing about them', async () => {
    await using story = await storyWithReserve();
    await story.edit('third line\n');
    await story.deploy();
    await story.clock.advance(2 * minute);
    expect(running(story)).toEqual(['v2', 'v2', 'v3', 'v3']);
    story.played.apps.set('v4', { isMute: true });
    await story.edit('fourth line\n');
    expect((await failureOf(story.deploy())).message).toContain('v4 is bad');
    await story.clock.advance(2 * minute);
    expect(running(story)).toEqual(['v2', 'v2', 'v3', 'v3']);
    const seen = await visit(story, () => story.rollback());
    expect(seen.findLast(({ release }) => release === 'v3')?.second).toBeLessThanOrEqual(20);
    expect((await look(story)).live?.name).toBe('v2');
  });

  it('a fleet that has grown since is not asked to do with fewer: new machines are started', async () => {
    await using story = await storyWithReserve();
    const grown = { AutoScalingGroupName: 'shop-production', DesiredCapacity: 3 };
    await story.account.autoScaling.send(new SetDesiredCapacityCommand(grown));
    await story.clock.advance(3 * minute);
    const seen = await visit(story, () => story.rollback());
    expect(Math.min(...seen.map(({ healthy }) => healthy))).toBe(3);
    const notes = story.events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));
    expect(notes).toContain('2 machines of v1 are in reserve and 3 are needed: new ones are started');
    await story.clock.advance(3 * minute);
    expect(running(story)).toEqual(['v1', 'v1', 'v1']);
  });

  it('an old release that does not come up on them is tried on new machines, and then left', async () => {
    await using story = await startStory({ rollout: { keepPreviousMinutes: 60 } });
    await story.deploy();
    story.played.apps.set('v1', { isMute: true });
    await story.edit('second line\n');
    await story.deploy();
    const seen = await visit(story, async () =>
      expect((await failureOf(story.rollback())).message).toContain('v1 is bad'),
    );
    expect(new Set(seen.map(({ release }) => release))).toEqual(new Set(['v2']));
    await story.clock.advance(3 * minute);
    expect((await look(story)).halfMade).toEqual([]);
    expect(running(story)).toEqual(['v1', 'v1', 'v2', 'v2']);
  });

  it('a rollback that fails after they have taken over ends with the new release alone, and nobody waits', async () => {
    await using story = await storyWithReserve();
    story.played.apps.set('v1', { isMute: true });
    const seen = await visit(story, async () =>
      expect((await failureOf(story.rollback())).message).toContain('v1 is bad'),
    );
    expect(Math.min(...seen.map(({ healthy }) => healthy))).toBe(2);
    expect(seen.map(({ release }) => release)).not.toContain('nothing');
    await story.clock.advance(3 * minute);
    expect([running(story), groupsOf(story)]).toEqual([['v2', 'v2'], ['shop-production']]);
    expect((await look(story)).halfMade).toEqual([]);
  });

  it('nobody else’s group of the same name is given an end', async () => {
    await using story = await startStory({ rollout: { keepPreviousMinutes: 60 } });
    await story.deploy();
    const { subnets = [] } = story.sandbox.engine.state.autoscaling.groups['shop-production'] ?? {};
    const stranger = {
      AutoScalingGroupName: 'shop-production-spare-v1',
      LaunchTemplate: { LaunchTemplateName: 'shop-production', Version: '1' },
      MinSize: 0,
      MaxSize: 1,
      VPCZoneIdentifier: subnets.map(({ subnetId }) => subnetId).join(','),
    };
    await clients(story.sandbox).autoScaling.send(new CreateAutoScalingGroupCommand(stranger));
    await story.edit('second line\n');
    const { message, hint } = await failureOf(story.deploy());
    expect(message).toContain('shop-production-spare-v1 exists and is not for machines in reserve');
    expect(hint).toContain('the release is live');
    const found = story.sandbox.engine.state.autoscaling.groups['shop-production-spare-v1'];
    expect([found?.schedules, found?.desired]).toEqual([undefined, 0]);
  });
});
