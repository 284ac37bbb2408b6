import { expect, test } from 'vitest';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import { broken, figuresOf } from '../../bench/rollout/figures.ts';
import { changeCode, make, nameRelease, openBench } from '../../bench/rollout/moves.ts';
import { watchUnderLoad } from '../../bench/rollout/run.ts';

// The small sister of `npm run bench:rollout`.
test('a deploy under load loses no request, and moves DDP clients evenly', async () => {
  const promised = { requests: 5000, sockets: 20 };
  await using story = await openBench('rollout', 20);
  const { url } = await story.ask<DeployResult>('deploy');
  await nameRelease(story, 'v2');
  await changeCode(story, 'v2');
  const seen = await watchUnderLoad(story, { url, perSecond: 120, ...promised }, async () => [
    await make(story, 'v1', 'deploy of v2', 'deploy'),
  ]);
  const figures = figuresOf(seen);
  expect(broken(figures, promised), JSON.stringify(figures)).toEqual([]);
  expect(figures.requests.byRelease['v2']).toBeGreaterThan(100);
});
