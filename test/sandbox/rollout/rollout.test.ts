import {
  DescribeAutoScalingGroupsCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeTargetHealthCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { broken, figuresOf } from '../../bench/rollout/figures.ts';
import { changeCode, make, nameRelease, openBench, type Move } from '../../bench/rollout/moves.ts';
import { watchUnderLoad } from '../../bench/rollout/run.ts';
import { eventually, type RealStory } from '../../support/real-story.ts';

// The small sister of `npm run bench:rollout`, and the other ways in which a machine is taken out.

const group = 'rollout-production';
let story: RealStory;
let url = '';
let live = 'v1';

beforeAll(async () => {
  story = await openBench('rollout', 16);
  ({ url } = await story.ask<DeployResult>('deploy'));
});
afterAll(() => story[Symbol.asyncDispose]());

async function machines(): Promise<string[]> {
  const { AutoScalingGroups } = await story.aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
  );
  return (AutoScalingGroups?.[0]?.Instances ?? []).map(({ InstanceId }) => InstanceId ?? '');
}

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

/** What visitors and clients notice while `act` is done. */
async function notice(act: () => Promise<void>, promised: { requests: number; sockets: number }) {
  const seen = await watchUnderLoad(story, { url, perSecond: 100, ...promised }, async (): Promise<Move[]> => {
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
    await nameRelease(story, 'v2');
    await changeCode(story, 'v2');
    const seen = await watchUnderLoad(story, { url, perSecond: 120, ...promised }, async () => [
      await make(story, 'v1', 'deploy of v2', 'deploy'),
    ]);
    const figures = figuresOf(seen);
    expect(broken(figures, promised), JSON.stringify(figures)).toEqual([]);
    live = 'v2';
    expect(figures.requests.byRelease['v2']).toBeGreaterThan(100);
    expect(figures.sockets.moved).toBeGreaterThanOrEqual(promised.sockets);
  });

  test('a machine that goes to Standby and comes back', async () => {
    // On a busy computer a check may just have been missed; then all clients would be on the other machine.
    await eventually('all to be healthy', async () => {
      const states = await Promise.all((await machines()).map((id) => stateOf(id)));
      return states.length === 2 && states.every((state) => state === 'healthy') ? true : undefined;
    });
    const [machine = ''] = await machines();
    const instance = { AutoScalingGroupName: group, InstanceIds: [machine] };
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
    const one = { AutoScalingGroupName: group, DesiredCapacity: 2 };
    const before = await machines();
    const figures = await notice(
      async () => {
        await story.aws.autoScaling.send(new SetDesiredCapacityCommand({ ...one, DesiredCapacity: before.length + 1 }));
        const fresh = await eventually('one more', async () => (await machines()).find((id) => !before.includes(id)));
        await eventually('it to be healthy', async () => ((await stateOf(fresh)) === 'healthy' ? true : undefined));
        await story.aws.autoScaling.send(new SetDesiredCapacityCommand(one));
        await eventually('two machines', async () => ((await machines()).length === 2 ? true : undefined));
      },
      { requests: 500, sockets: 20 },
    );
    expect(figures.sockets.moved).toBeGreaterThan(3);
  });

  test('a rollback to machines in reserve, and it is served within 20 s', async () => {
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
