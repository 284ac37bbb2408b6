import { expect, it } from 'vitest';
import { plan } from '../../pipeline/commands/plan.ts';
import { startStory } from '../support/story.ts';
import { worldText } from '../support/world-text.ts';

it('refuses names that an environment of another app has, and leaves all that is there alone', async () => {
  await using story = await startStory({ app: 'shop-eu' });
  await story.deploy();
  await story.configure({ app: 'shop', environments: { 'eu-production': {} } });
  const before = worldText(story.sandbox);
  const refusal =
    'an Auto Scaling group named shop-eu-production exists and is of app "shop-eu", environment "production"';
  await expect(story.deploy()).rejects.toThrow(refusal);
  await expect(story.clock.run(async () => plan(story.ctx, await story.target()))).rejects.toThrow(refusal);
  expect(worldText(story.sandbox)).toBe(before);
});
