import { expect, it } from 'vitest';
import { startStory } from '../support/story.ts';

it('bakes again when the builder of a failed bake is long forgotten but its client token is not', async () => {
  await using story = await startStory();
  story.played.failBakeAt = 'pull the image';
  await expect(story.deploy()).rejects.toThrow('could not pull the image');
  // terminated builders are listed for an hour, client tokens are remembered for a day
  await story.clock.advance(2 * 3_600_000);
  story.played.failBakeAt = undefined;
  expect(await story.deploy()).toMatchObject({ release: 'v1' });
});
