import { describe, expect, it } from 'vitest';
import { exitCodeOf, type DeployError } from '../../pipeline/core/errors.ts';
import { observe } from '../../pipeline/core/observe.ts';
import type { Refresh } from '../../sandbox/engine/autoscaling/state.ts';
import type { PlayedApp } from '../support/played-machines.ts';
import { failureOf } from '../support/failure.ts';
import { startStory, type Story } from '../support/story.ts';

const machinesOf = async (story: Story): Promise<string[]> => {
  const world = await story.clock.run(observe(story.ctx, await story.target()));
  return (world.fleet?.machines ?? []).map(({ release, health }) => `${release} ${health}`);
};

const lastRefresh = ({ sandbox }: Story): Refresh | undefined =>
  sandbox.engine.state.autoscaling.groups['shop-production']?.refreshes.at(-1);

/** Seconds from the first launch of a machine of v2 to the rollback, by AWS's clock. */
function secondsToRollback(story: Story): number {
  const launches = Object.values(story.sandbox.engine.state.ec2.instances)
    .filter((one) => one.tags['redeploy:release'] === 'v2')
    .map((one) => one.launchedAtMs);
  return ((lastRefresh(story)?.rollback?.startedAt ?? Infinity) - Math.min(...launches)) / 1000;
}

/** v1 is live, then v2 behaves so. */
async function deployBadSecond(story: Story, v2: PlayedApp): Promise<DeployError> {
  await story.deploy();
  story.played.apps.set('v2', v2);
  await story.edit('second\n');
  return failureOf(story.deploy());
}

const lastWords = 'Error: Must pass options.rootUrl or set ROOT_URL';

const bad: [kind: string, app: PlayedApp, reason: RegExp, lastLine: RegExp][] = [
  ['never boots', { neverBoots: true }, /was not healthy within 135 s \(.+\)/, /Kernel panic/],
  ['never listens', { isMute: true }, /was not healthy within 135 s \(.+\)/, /redeploy: start 1/],
  ['ends as soon as it is started', { exitsWith: lastWords }, /started the app 5 times/, /ROOT_URL/],
  ['ends whenever it has served a while', { endsAfterMs: 6000 }, /started the app 5 times/, /redeploy: start 5/],
  ['answers 500 to health checks', { status: 500 }, /with errors for 60 s .*\[500\]/, /redeploy: start 1/],
  ['answers as another release', { answersAs: 'v1' }, /answers as v1/, /redeploy: start 1/],
  [
    'cannot fetch its settings',
    { settingsError: 'An error occurred (AccessDeniedException)' },
    /cannot fetch its settings: An error occurred \(AccessDeniedException\)/,
    /AccessDeniedException/,
  ],
];

describe('a release is taken back within 150 s of its first machine’s launch, and says why, when it', () => {
  it.each(bad)('%s', async (_kind, app, reason, lastLine) => {
    await using story = await startStory();
    const failure = await deployBadSecond(story, app);
    expect(failure.message).toMatch(/^v2 is bad: i-\w+ /);
    expect(failure.message).toMatch(reason);
    expect(failure.lines.at(-1)).toMatch(lastLine);
    expect(failure.hint).toContain('the previous release serves');
    expect(exitCodeOf(failure)).toBe(1);
    expect(secondsToRollback(story)).toBeLessThanOrEqual(150);
    expect(await machinesOf(story)).toEqual(['v1 healthy', 'v1 healthy']);
    expect(lastRefresh(story)?.status).toBe('RollbackSuccessful');
  });
});

// As a bundle of Meteor 3 prints it, and systemd after it: bluebird, which every bundle has, raises the frames to 16.
const uncaught = [
  '/app/programs/server/packages/webapp.js:502',
  '        DDP_DEFAULT_CONNECTION_URL: process.env.MOBILE_DDP_URL || Meteor.absoluteUrl(),',
  lastWords,
  ...Array.from({ length: 16 }, (_, depth) => `    at frame${depth} (packages/core-runtime.js:${depth}:5)`),
  'Node.js v22.22.1',
  'redeploy-app.service: Main process exited, code=exited, status=1/FAILURE',
  "redeploy-app.service: Failed with result 'exit-code'.",
  'redeploy-app.service: Scheduled restart job, restart counter is at 4.',
  'Starting redeploy-app.service - The app of this release...',
].join('\n');

it('shows the error and where it was thrown, whatever stack and restart write after it', async () => {
  await using story = await startStory();
  const { lines } = await deployBadSecond(story, { exitsWith: uncaught });
  const at = lines.lastIndexOf(lastWords);
  expect(lines.slice(at, at + 6)).toEqual([
    lastWords,
    ...[0, 1, 2].map((depth) => `    at frame${depth} (packages/core-runtime.js:${depth}:5)`),
    '    … 13 more',
    'Node.js v22.22.1',
  ]);
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(lines.filter((line) => line === lastWords).length).toBeLessThan(3); // those of one machine
});

describe('the watch', () => {
  it.each([-3_600_000, 3_600_000])('judges alike with a clock that is %d ms off', async (offMs) => {
    await using story = await startStory();
    story.ctx = { ...story.ctx, clock: { ...story.clock, now: () => story.clock.now() + offMs } };
    await deployBadSecond(story, { isMute: true });
    expect(secondsToRollback(story)).toBeLessThanOrEqual(150);
    story.played.apps.set('v3', { startMs: 90_000 });
    await story.edit('slow, but good\n');
    expect(await story.deploy()).toMatchObject({ release: 'v3' });
  });

  it('leaves a good release alone though it starts slowly', async () => {
    await using story = await startStory();
    await story.deploy();
    story.played.apps.set('v2', { startMs: 90_000 });
    await story.edit('slow\n');
    expect(await story.deploy()).toMatchObject({ release: 'v2' });
    expect(await machinesOf(story)).toEqual(['v2 healthy', 'v2 healthy']);
  });

  it('leaves a good release alone when one of its machines dies on the way', async () => {
    await using story = await startStory();
    await story.deploy();
    await story.edit('good\n');
    const deploying = story.deploy();
    const fresh = () =>
      Object.values(story.sandbox.engine.state.ec2.instances).filter(
        (one) => one.tags['redeploy:release'] === 'v2' && one.state === 'running',
      );
    await story.clock.run(async () => {
      while (fresh().length < 2) await story.clock.sleep(1000);
    });
    story.machines.kill(fresh()[0]?.id ?? '');
    expect(await deploying).toMatchObject({ release: 'v2' });
    expect(await machinesOf(story)).toEqual(['v2 healthy', 'v2 healthy']);
  });

  it('watches through pauses and bake: a release that fails then is taken back, too', async () => {
    const rollout = { checkpoints: [50], checkpointDelaySeconds: 200, bakeSeconds: 300 };
    await using story = await startStory({ rollout });
    const failure = await deployBadSecond(story, { endsAfterMs: 100_000 });
    expect(failure.message).toMatch(/^v2 is bad: i-\w+ started the app 5 times/);
    expect(await machinesOf(story)).toEqual(['v1 healthy', 'v1 healthy']);
  });
});
