import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { expect, test } from 'vitest';
import { AwsError } from '../../../sandbox/api/error.ts';
import { shell } from '../../../pipeline/edge/shell.ts';
import { observe } from '../../../pipeline/core/observe.ts';
import { failureOf } from '../../support/failure.ts';
import { startStory, type Story } from '../../support/story.ts';
import { serving } from './serving.ts';

const releasesOf = (story: Story): string[] => serving(story).map((line) => line.split(' ')[1] ?? '');

const live = async (story: Story) => (await story.clock.run(observe(story.ctx, await story.target()))).fleet?.live;

/** Docker's answer when the build breaks off. */
const breaks = (reason: string) =>
  (async (context: NodeJS.ReadableStream) => {
    for await (const _ of context) void _;
    return Readable.from([`${JSON.stringify({ error: reason, errorDetail: { message: reason } })}\n`]);
  }) as unknown as Dockerode['buildImage'];

test('9 a failed build leaves the app as it serves, and the first deploy has no previous release', async () => {
  await using story = await startStory();
  expect(await story.deploy()).toMatchObject({ action: 'deployed', previous: undefined });
  const before = serving(story);
  story.docker.docker.buildImage = breaks('npm install failed');
  await story.edit('second\n');
  expect((await failureOf(story.deploy())).code).toBe('image');
  expect(serving(story)).toEqual(before);
  expect(await live(story)).toBe('v1');
});

test('24 a full disk during the build leaves the app as it serves', async () => {
  await using story = await startStory();
  await story.deploy();
  const before = serving(story);
  story.docker.docker.buildImage = breaks('write /app/main.js: no space left on device');
  await story.edit('second\n');
  const { message } = await failureOf(story.deploy());
  expect(message).toMatch(/no space|disk/);
  expect(serving(story)).toEqual(before);
});

test('15 a rollback restores code and settings together, and settings that fail never change the code', async () => {
  await using story = await startStory();
  await story.settings({ public: { edition: 1 } });
  const first = await story.deploy();
  await story.settings({ public: { edition: 2 } });
  await story.edit('second\n');
  const second = await story.deploy();
  expect(await story.rollback()).toMatchObject({ ami: first.ami, settingsVersion: first.settingsVersion });
  expect(await story.rollback('v2')).toMatchObject({ ami: second.ami, settingsVersion: second.settingsVersion });
  await story.settings({ public: { edition: 'broken' } });
  story.played.apps.set('v3', { exitsWith: 'Error: bad edition' });
  expect((await failureOf(story.deploy())).message).toMatch(/^v3 is bad/);
  expect(await live(story)).toBe('v2');
  expect(releasesOf(story)).toEqual(['v2', 'v2']);
});

test('17 a step on another machine that is cut off, and a program that a signal ends, are failures', async () => {
  await using story = await startStory();
  story.played.failBakeAt = 'pull the image';
  expect((await failureOf(story.deploy())).message).toMatch(/could not be baked: could not pull the image/);
  expect(serving(story)).toEqual([]);
  const { exitCode } = await shell('sh', ['-c', 'kill -9 $$'], { cwd: '/' });
  expect(exitCode).not.toBe(0);
});

test('25 a release that fails on one of several machines leaves all of them on one version', async () => {
  await using story = await startStory({ fleet: { min: 3, max: 6 } });
  await story.deploy();
  story.played.apps.set('v2', { endsAfterMs: 6000 });
  await story.edit('second\n');
  expect((await failureOf(story.deploy())).message).toMatch(/^v2 is bad/);
  expect(releasesOf(story)).toEqual(['v1', 'v1', 'v1']);
  // And so is whatever is started later.
  const [victim = ''] = serving(story);
  story.machines.kill(victim.split(' ')[0] ?? '');
  await story.clock.advance(10 * 60_000);
  expect(releasesOf(story)).toEqual(['v1', 'v1', 'v1']);
});

test('26 a page that answers 500 where 200 is wanted is no success, and neither is a crash after the first answer', async () => {
  await using story = await startStory({ health: { path: '/', codes: '200' } });
  await story.deploy();
  story.played.apps.set('v2', { pageStatus: 500 });
  await story.edit('second\n');
  expect((await failureOf(story.deploy())).message).toMatch(/^v2 is bad/);
  story.played.apps.set('v3', { endsAfterMs: 6000 });
  await story.edit('third\n');
  expect((await failureOf(story.deploy())).message).toMatch(/^v3 is bad/);
  expect(releasesOf(story)).toEqual(['v1', 'v1']);
});

test('28 what is only tidied up afterwards cannot fail a finished build', async () => {
  let refusals = 0;
  await using story = await startStory(
    {},
    {
      before: async ({ operation }) => {
        if (operation !== 'TerminateInstances') return;
        refusals += 1;
        throw new AwsError('OperationNotPermitted', 'not now');
      },
    },
  );
  expect(await story.deploy()).toMatchObject({ action: 'deployed', release: 'v1' });
  expect(refusals).toBeGreaterThan(0);
  expect(releasesOf(story)).toEqual(['v1', 'v1']);
});
