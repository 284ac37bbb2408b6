import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { plan } from '../../pipeline/commands/plan.ts';
import { observe } from '../../pipeline/core/observe.ts';
import { startStory, type Story } from '../support/story.ts';

const path = '/healthz';
const machines = async (story: Story) =>
  (await observe(story.ctx, await story.target())).fleet?.machines.map(({ id, health }) => `${id} ${health}`);

test('a health path that the live release does not answer is refused before it takes the fleet for dead', async () => {
  await using story = await startStory();
  story.played.apps.set('v1', { pageStatus: 404 });
  await story.deploy();
  const before = await machines(story);
  await story.configure({ health: { path } });
  await story.edit('with a page for health checks\n');
  const refusal = {
    code: 'settings',
    message:
      '/healthz of v1, which is live, answers with 404, health.codes is 200: its machines would be taken for dead',
    hint: expect.stringContaining('deploy the release that answers it first') as string,
  };
  await expect(
    story.clock.run(async () => plan(story.ctx, await story.target(), { bundle: `${story.app}/bundle` })),
  ).rejects.toMatchObject(refusal);
  await expect(story.deploy()).rejects.toMatchObject(refusal);
  await story.clock.advance(600_000);
  expect(await machines(story)).toEqual(before);

  // The page first, then the path.
  await story.configure({});
  expect(await story.deploy()).toMatchObject({ release: 'v2' });
  await story.configure({ health: { path } });
  await story.deploy();
  const { TargetGroups } = await story.account.elbv2.send(new DescribeTargetGroupsCommand({}));
  expect(TargetGroups?.[0]?.HealthCheckPath).toBe(path);
});
