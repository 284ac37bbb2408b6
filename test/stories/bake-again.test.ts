import { expect, it } from 'vitest';
import { startStory } from '../support/story.ts';
import { setWeather } from '../support/weather.ts';

it('bakes again when the builder of a failed bake is long forgotten but its client token is not', async () => {
  await using story = await startStory();
  story.played.failBakeAt = 'pull the image';
  await expect(story.deploy()).rejects.toThrow('could not pull the image');
  // terminated builders are listed for an hour, client tokens are remembered for a day
  await story.clock.advance(2 * 3_600_000);
  story.played.failBakeAt = undefined;
  expect(await story.deploy()).toMatchObject({ release: 'v1' });
});

it('waits for the name of an AMI that failed and was deregistered a moment ago', async () => {
  await using story = await startStory();
  await story.deploy();
  const { images } = story.sandbox.engine.state.ec2;
  const ours = Object.values(images).find(({ tags }) => tags['redeploy:role'] === 'ami');
  if (ours) ours.state = 'failed';
  setWeather(story, [{ kind: 'lag', seconds: 60 }]);
  await story.deploy();
  setWeather(story, []);
  const names = Object.values(images).filter(({ name, state }) => name === ours?.name && state === 'available');
  expect(names).toHaveLength(1);
});
