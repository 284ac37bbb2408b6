import {
  DescribeAutoScalingGroupsCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  SetDesiredCapacityCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { DescribeTargetHealthCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { broken, figuresOf } from '../../bench/rollout/figures.ts';
import { changeCode, make, nameRelease, openBench, type Move } from '../../bench/rollout/moves.ts';
import { watchUnderLoad } from '../../bench/rollout/run.ts';
import { eventually, type RealStory } from '../../support/real-story.ts';

// The small sister of `npm run bench:rollout`, and the other ways in which a machine is taken out.

const group = { AutoScalingGroupName: 'rollout-production' };
let story: RealStory;
let url = '';
/** The release that serves when a test begins. */
let live = '';

beforeAll(async () => {
  story = await openBench('rollout', 16);
  ({ url } = await story.ask<DeployResult>('deploy'));
});
afterAll(() => story[Symbol.asyncDispose]());

/** Each test begins with two machines in service, both healthy: the one before may have broken off anywhere. */
beforeEach(async () => {
  await eventually(
    'two healthy machines',
    async () => {
      const { DesiredCapacity, Instances = [], LaunchTemplate } = await fleet();
      live = `v${LaunchTemplate?.Version}`;
      const away = Instances.filter(({ LifecycleState }) => LifecycleState === 'Standby');
      const InstanceIds = away.map(({ InstanceId = '' }) => InstanceId);
      if (away.length > 0) await story.aws.autoScaling.send(new ExitStandbyCommand({ ...group, InstanceIds }));
      if (DesiredCapacity !== 2) {
        await story.aws.autoScaling.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity: 2 }));
      }
      const states = await Promise.all(Instances.map(({ InstanceId = '' }) => stateOf(InstanceId)));
      return states.length === 2 && states.every((state) => state === 'healthy') ? true : undefined;
    },
    180_000,
  );
});

async function fleet(): Promise<Partial<AutoScalingGroup>> {
  const { AutoScalingGroups } = await story.aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.AutoScalingGroupName] }),
  );
  return AutoScalingGroups?.[0] ?? {};
}

const machines = async () => ((await fleet()).Instances ?? []).map(({ InstanceId = '' }) => InstanceId);

/** The balancer's word on a machine; undefined when it does not know it. */
async function stateOf(machine: string): Promise<string | undefined> {
  const { TargetGroups } = await story.aws.elbv2.send(new DescribeTargetGroupsCommand({}));
  const { TargetHealthDescriptions = [] } = await story.aws.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }),
  );
  return TargetHealthDescriptions.find(({ Target }) => Target?.Id === machine)?.TargetHealth?.State;
}

const healthOn = (machine: string): Promise<string> =>
  story.onMachine(machine, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', `localhost:3000${path}`);
const path = '/.well-known/redeploy/health';

async function edition(release: string): Promise<void> {
  await nameRelease(story, release);
  await changeCode(story, release);
}

/** What visitors and clients notice while `act` is done. */
async function notice(act: () => Promise<void>, promised: { requests: number; sockets: number }) {
  const seen = await watchUnderLoad(story, { url, perSecond: 60, ...promised }, async (): Promise<Move[]> => {
    const startedAt = Date.now();
    await act();
    return [{ what: 'taking a machine out', from: live, to: live, startedAt, endedAt: Date.now() }];
  });
  const figures = figuresOf(seen);
  expect(broken(figures, promised), JSON.stringify(figures)).toEqual([]);
  return figures;
}

describe('nobody notices', () => {
  test('a deploy', async () => {
    const promised = { requests: 5000, sockets: 20 };
    await edition('v2');
    const seen = await watchUnderLoad(story, { url, perSecond: 75, ...promised }, async () => [
      await make(story, 'v1', 'deploy of v2', 'deploy'),
    ]);
    const figures = figuresOf(seen);
    expect(broken(figures, promised), JSON.stringify(figures)).toEqual([]);
    expect(figures.requests.byRelease['v2']).toBeGreaterThan(100);
    expect(figures.sockets.moved).toBeGreaterThanOrEqual(promised.sockets);
  });

  test('a machine that goes to Standby and comes back', async () => {
    const [machine = ''] = await machines();
    const instance = { ...group, InstanceIds: [machine] };
    const figures = await notice(
      async () => {
        await story.aws.autoScaling.send(
          new EnterStandbyCommand({ ...instance, ShouldDecrementDesiredCapacity: true }),
        );
        await eventually('503 from it', async () => ((await healthOn(machine)) === '503' ? true : undefined));
        await eventually('the end of its drain', async () =>
          (await stateOf(machine)) === undefined ? true : undefined,
        );
      },
      { requests: 500, sockets: 20 },
    );
    expect(figures.sockets.moved).toBeGreaterThan(3);
    await story.aws.autoScaling.send(new ExitStandbyCommand(instance));
    await eventually('it to be healthy', async () => ((await stateOf(machine)) === 'healthy' ? true : undefined));
    expect(await healthOn(machine)).toBe('200');
  });

  test('a machine that scale-in ends', async () => {
    const resize = (DesiredCapacity: number) =>
      story.aws.autoScaling.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity }));
    const before = await machines();
    const figures = await notice(
      async () => {
        await resize(before.length + 1);
        const fresh = await eventually('one more', async () => (await machines()).find((id) => !before.includes(id)));
        await eventually('it to be healthy', async () => ((await stateOf(fresh)) === 'healthy' ? true : undefined));
        await resize(before.length);
        await eventually('its end', async () => ((await machines()).length === before.length ? true : undefined));
      },
      { requests: 500, sockets: 20 },
    );
    expect(figures.sockets.moved).toBeGreaterThan(3);
  });

  test('a rollback to machines in reserve, and it is served within 20 s', async () => {
    if (live === 'v1') {
      await edition('v2');
      await story.ask<DeployResult>('deploy');
    }
    await story.edit('redeploy.json', (text) =>
      JSON.stringify({ ...(JSON.parse(text) as object), rollout: { keepPreviousMinutes: 60 } }),
    );
    // Nothing moves; the machines are started, for the time that is left since the roll.
    await story.ask<DeployResult>('deploy');
    const { reserve } = await story.ask<Status>('status');
    expect(reserve.map(({ release, machines: kept }) => [release, kept.length])).toEqual([['v1', 2]]);

    const promised = { requests: 2000, sockets: 20 };
    const seen = await watchUnderLoad(story, { url, perSecond: 80, ...promised }, async () => [
      await make(story, 'v2', 'rollback', 'rollback'),
    ]);
    const { requests, sockets } = figuresOf(seen);
    expect(requests, JSON.stringify(requests.failures)).toMatchObject({ failed: 0, byNeitherRelease: 0 });
    expect(sockets.backAfterMs.most).toBeLessThanOrEqual(5000);
    const typedAt = seen.moves[0]?.startedAt ?? 0;
    const newOnes = seen.visits.filter(({ release }) => release === 'v2').map(({ atMs, tookMs }) => atMs + tookMs);
    const seconds = (Math.max(...newOnes) - typedAt) / 1000;
    process.stdout.write(`served by the old release alone ${seconds.toFixed(1)} s after the command was typed\n`);
    expect(seconds).toBeLessThanOrEqual(20);
    expect(await story.ask<Status>('status')).toMatchObject({ live: { name: 'v1' }, reserve: [], halfMade: [] });
  });
});
