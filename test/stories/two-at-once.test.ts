import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateLaunchTemplateVersionCommand, DeleteLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import type { Context } from '../../pipeline/core/context.ts';
import { DeployError } from '../../pipeline/core/errors.ts';
import { readTarget } from '../../pipeline/core/read-target.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { paused } from '../support/paused.ts';
import { clients } from '../support/sandbox.ts';
import { startStory, type Story } from '../support/story.ts';
import { unhurried } from '../support/unhurried.ts';

type Actor = (ctx: Context) => Promise<unknown>;

/** Somebody with a working copy of the app and with settings of their own, on a network of their own. */
function contextOf(story: Story, pausesMs: number[]): Context {
  return {
    ...story.ctx,
    aws: paused(story.clock, unhurried(story.clock, clients(story.sandbox, story.deployer)), pausesMs),
  };
}

/** A working copy of its own, with this line of code and these settings. */
async function deployer(story: Story, who: string, app: { line: string; greeting: string }): Promise<Actor> {
  const copy = path.join(story.app, `copy-of-${who}`);
  for (const name of ['bundle', 'settings', '.meteor', 'redeploy.json']) {
    await cp(path.join(story.app, name), path.join(copy, name), { recursive: true });
  }
  await writeFile(path.join(copy, 'settings/production.json'), JSON.stringify({ public: { greeting: app.greeting } }));
  await writeFile(path.join(copy, 'bundle/programs/server/app/app.js'), app.line);
  const target = await readTarget(copy);
  const options = { wait: true, bundle: path.join(copy, 'bundle') };
  return (ctx) => deploy({ ...ctx, cache: path.join(copy, '.cache') }, target, options);
}

/** Both at once; what each came to. */
async function race(story: Story, actors: [Actor, Actor], apartMs: number, pauses: [number[], number[]]) {
  const [first, second] = actors;
  return story.clock.run(() =>
    Promise.allSettled([
      first(contextOf(story, pauses[0])),
      story.clock.sleep(apartMs).then(() => second(contextOf(story, pauses[1]))),
    ]),
  );
}

/** What must hold whoever won: one release on all machines, which is the saved one, and nothing half-made. */
async function check(story: Story): Promise<string> {
  await story.clock.advance(180_000);
  const { ec2, autoscaling } = story.sandbox.engine.state;
  const [group] = Object.values(autoscaling.groups);
  const machines = Object.values(ec2.instances).filter(({ state }) => state !== 'terminated');
  const live = `v${group?.launchTemplate.version}`;
  expect(machines.map(({ tags }) => tags['redeploy:release'] ?? tags['redeploy:role'])).toEqual([live, live]);
  const images = Object.values(ec2.images).filter(({ ownerId }) => ownerId === story.sandbox.engine.state.account);
  expect(new Set(images.map(({ state }) => state))).toEqual(new Set(['available']));
  const [template] = Object.values(ec2.launchTemplates);
  for (const { version, data } of template?.versions ?? []) {
    expect(JSON.stringify(data)).toContain(`"v${version}"`);
    expect(images.map(({ id }) => id)).toContain(data['ImageId']);
  }
  return live;
}

const pausesMs = array(integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 40 });
const apartMs = integer({ min: 0, max: 100 });
const runs = Number(process.env['RUNS'] ?? 6);
const open = () => startStory({}, { timing: { ...timings.none, tickMs: 2500 } });

/** `busy` and `release` are ends that a user understands; everything else would be a bug. */
const expectOurs = (ends: PromiseSettledResult<unknown>[]): void => {
  for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(DeployError);
};

describe('two at once', () => {
  it('the number of a release that lost its race is not waited for', async () => {
    await using story = await open();
    await story.deploy();
    const name = { LaunchTemplateName: 'shop-production' };
    await story.account.ec2.send(
      new CreateLaunchTemplateVersionCommand({ ...name, LaunchTemplateData: { ImageId: 'ami-1' } }),
    );
    await story.account.ec2.send(new DeleteLaunchTemplateVersionsCommand({ ...name, Versions: ['2'] }));
    await story.edit('second line\n');
    expect((await story.deploy()).release).toMatch(/^v[34]$/);
    await check(story);
  }, 300_000);

  it('deploys of different releases end with one of them on all machines, and both were live', async () => {
    await assert(
      asyncProperty(pausesMs, pausesMs, apartMs, async (one, other, apart) => {
        await using story = await open();
        await story.deploy();
        const actors: [Actor, Actor] = [
          await deployer(story, 'laptop', { line: 'a\n', greeting: 'hello' }),
          await deployer(story, 'ci', { line: 'b\n', greeting: 'hello' }),
        ];
        const ends = await race(story, actors, apart, [one, other]);
        expect(ends.filter((end) => end.status === 'rejected').map((end) => String(end.reason))).toEqual([]);
        expect(['v2', 'v3', 'v4']).toContain(await check(story));
      }),
      { numRuns: runs, endOnFailure: true },
    );
  }, 300_000);

  it('first deploys of one app, even of the same release, make one world', async () => {
    await assert(
      asyncProperty(
        pausesMs,
        pausesMs,
        apartMs,
        constantFrom('hello', 'good day'),
        async (one, other, apart, greeting) => {
          await using story = await open();
          const actors: [Actor, Actor] = [
            await deployer(story, 'laptop', { line: 'a\n', greeting: 'hello' }),
            await deployer(story, 'ci', { line: 'a\n', greeting }),
          ];
          const ends = await race(story, actors, apart, [one, other]);
          expectOurs(ends);
          expect(ends.map(({ status }) => status)).toContain('fulfilled');
          await check(story);
        },
      ),
      { numRuns: runs, endOnFailure: true },
    );
  }, 300_000);

  it('a deploy and a rollback end with one release on all machines', async () => {
    await assert(
      asyncProperty(pausesMs, pausesMs, integer({ min: 0, max: 90_000 }), async (one, other, apart) => {
        await using story = await open();
        await story.deploy();
        await story.edit('second line\n');
        await story.deploy();
        const target = await story.target();
        const actors: [Actor, Actor] = [
          await deployer(story, 'laptop', { line: 'c\n', greeting: 'hello' }),
          (ctx) => rollback(ctx, target, { wait: true }),
        ];
        const ends = await race(story, actors, apart, [one, other]);
        expectOurs(ends);
        expect(['v1', 'v2', 'v3', 'v4']).toContain(await check(story));
      }),
      { numRuns: runs, endOnFailure: true },
    );
  }, 300_000);
});
