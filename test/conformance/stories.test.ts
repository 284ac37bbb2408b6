import { describe, expect, it } from 'vitest';
import { openBridge, type Bridge } from './bridge.ts';
import { startMicroburst, startMinistack, startMoto, type Rule } from './emulators.ts';
import { openModels } from '../support/models.ts';
import { modelsDirectory } from '../support/models/environment.ts';
import { seatUser, type User } from './user.ts';
import { watch } from './watch.ts';

const models = openModels(modelsDirectory());
/** A MiniStack of its own for each story, so that they are told side by side; all ends with the story. */
async function openMinistack(): Promise<AsyncDisposable & { bridge: Bridge }> {
  const ministack = await startMinistack();
  const bridge = await openBridge(ministack.endpoint);
  return {
    bridge,
    [Symbol.asyncDispose]: async () => {
      await bridge[Symbol.asyncDispose]();
      await ministack[Symbol.asyncDispose]();
    },
  };
}

const machinesOf = async (user: User) =>
  (await user.status()).machines.map(({ release, health }) => `${release} ${health}`);

/** First deploy, second deploy, settings alone, back. */
async function tellStories(user: User): Promise<void> {
  const first = await user.deploy();
  expect(first).toMatchObject({ action: 'deployed', release: 'v1', previous: undefined });
  expect(await machinesOf(user)).toEqual(['v1 healthy', 'v1 healthy']);

  await user.edit('second line\n');
  const second = await user.deploy();
  expect(second).toMatchObject({ action: 'deployed', release: 'v2', previous: 'v1' });
  expect(second.ami).not.toBe(first.ami);
  expect(await machinesOf(user)).toEqual(['v2 healthy', 'v2 healthy']);

  await user.settings({ public: { greeting: 'new words' } });
  const third = await user.deploy();
  expect(third).toMatchObject({ release: 'v3', ami: second.ami, imageDigest: second.imageDigest });
  expect(third.settingsVersion).not.toBe(second.settingsVersion);

  const back = await user.rollback('v1');
  expect(back).toMatchObject({
    action: 'rolled-back',
    release: 'v1',
    ami: first.ami,
    settingsVersion: first.settingsVersion,
  });
  const end = await user.status();
  expect(end).toMatchObject({ live: { name: 'v1' }, size: { desired: 2 }, roll: undefined, halfMade: [] });
  expect(end.machines.map(({ release, health }) => `${release} ${health}`)).toEqual(['v1 healthy', 'v1 healthy']);
}

describe.concurrent('the pipeline at MiniStack', () => {
  it('deploys, deploys again, changes settings alone, goes back, and tells the truth', async () => {
    await using place = await openMinistack();
    const { bridge } = place;
    await using user = await seatUser(bridge.endpoint, bridge.aws);
    const seen = watch(user.aws, models, { answers: false });
    await tellStories(user);
    expect([...seen.violations]).toEqual([]);
    // What docs/conformance.md says that the bridge plays, and nothing else.
    expect([...bridge.played].toSorted()).toEqual([
      'autoscaling:CreateAutoScalingGroup',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeNotificationConfigurations',
      'autoscaling:StartInstanceRefresh',
      'ec2:CreateImage',
      'ec2:CreateLaunchTemplateVersion',
      'ec2:CreateTags',
      'ec2:DescribeInstanceTypeOfferings',
      'ec2:DescribeLaunchTemplateVersions',
      'secretsmanager:PutSecretValue',
    ]);
  });
});

/** Every n-th call that matches, beginning with the first. */
const each = (n: number) => ({ sequence: { fail: 1, pass: n - 1 } });

const faults: Record<string, Rule[]> = {
  throttles: [
    { service: 'ec2', ...each(12), error: { code: 'RequestLimitExceeded', status: 503 } },
    { service: 'autoscaling', ...each(12), error: { code: 'Throttling', status: 400 } },
    { service: 'elasticloadbalancing', ...each(12), error: { code: 'Throttling', status: 400 } },
    { service: 'iam', ...each(12), error: { code: 'Throttling', status: 400 } },
    { service: 'secretsmanager', ...each(8), error: { code: 'ThrottlingException', status: 400 } },
    { service: 'ecr', ...each(8), error: { code: 'ThrottlingException', status: 400 } },
    { service: 'logs', ...each(8), error: { code: 'ThrottlingException', status: 400 } },
  ],
  'fails, breaks off, loses answers and is slow': [
    { service: '*', ...each(17), error: { code: 'ServiceUnavailable', status: 503 } },
    { service: '*', ...each(19), reset: true },
    { service: '*', ...each(23), response: { abort_frac: 0.3 } },
    { service: '*', ...each(20), latency: { min: 200, max: 400 } },
  ],
};

describe.concurrent('the pipeline at a MiniStack behind a proxy', () => {
  it.each(Object.entries(faults))('that %s comes to the same end', async (_, rules) => {
    await using place = await openMinistack();
    const { bridge } = place;
    await using proxy = await startMicroburst(bridge.endpoint);
    await using user = await seatUser(proxy.endpoint, bridge.aws);
    await proxy.setRules(rules);
    await tellStories(user);
    const fired = await proxy.fired();
    expect(new Set(fired).size).toBeGreaterThanOrEqual(3);
    expect(fired.length).toBeGreaterThan(20);
  });
});

describe.concurrent('the pipeline at moto', () => {
  it('makes the first deploy: as far as it goes without instance refreshes', async () => {
    await using moto = await startMoto();
    await using motoBridge = await openBridge(moto.endpoint);
    await using user = await seatUser(motoBridge.endpoint, motoBridge.aws);
    const seen = watch(user.aws, models, { answers: false });
    expect(await user.deploy()).toMatchObject({ action: 'deployed', release: 'v1', previous: undefined });
    expect(await machinesOf(user)).toEqual(['v1 healthy', 'v1 healthy']);
    expect([...seen.violations]).toEqual([]);
  });
});
