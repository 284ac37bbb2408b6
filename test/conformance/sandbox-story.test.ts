import { expect, it } from 'vitest';
import { status } from '../../pipeline/commands/status.ts';
import { startStory } from '../support/story.ts';
import { loadModels } from './models.ts';
import { watch } from './watch.ts';

// In a file of its own: the story's clock waits for child processes, such as emulators, as long as there are any.

/** API_LoadBalancerAttribute.html lists more attributes than the 20 that the model allows in a request (docs/conformance.md). */
const judged = 'Attributes: 22 items are over 20';

it('the stories in the sandbox send requests and get answers as the models say', async () => {
  const models = await loadModels();
  await using story = await startStory();
  const seen = watch(story.ctx.aws, models, { answers: true });
  await story.deploy();
  await story.edit('second line\n');
  await story.deploy();
  await story.settings({ public: { greeting: 'new words' } });
  await story.deploy();
  await story.rollback('v1');
  await story.clock.run(status(story.ctx, await story.target()));
  expect(seen.operations.size).toBeGreaterThan(45);
  expect([...seen.violations].filter((violation) => !violation.includes(judged))).toEqual([]);
});
