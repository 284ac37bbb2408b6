import path from 'node:path';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { failureOf, type Failure } from '../../pipeline/cli/failure.ts';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import type { Context } from '../../pipeline/core/context.ts';
import { rememberAction } from '../../pipeline/edge/aws/action.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import type { Weather } from '../../sandbox/engine/weather.ts';
import { clients } from './sandbox.ts';
import { startStory, type Story } from './story.ts';
import { unhurried } from './unhurried.ts';
import { worldText } from './world-text.ts';

export type Command = 'first deploy' | 'deploy' | 'rollback';

/** Opens a story in which the command is what comes next; `deploy` is the second one. */
export async function storyBefore(command: Command): Promise<Story> {
  const timing = { ...timings.none, tickMs: 2500 };
  const story = await startStory({ bake: { timeoutSeconds: 300 } }, { timing });
  if (command === 'first deploy') return story;
  await story.deploy();
  await story.edit('second line\n');
  await story.settings({ public: { greeting: 'hello again' } });
  if (command === 'rollback') await story.deploy();
  return story;
}

/** Runs the command as the CLI does; how it failed, or undefined. The SDK's retries take no time. */
export async function perform(story: Story, command: Command): Promise<Failure | undefined> {
  const retryStrategy = new ConfiguredRetryStrategy(4, 1);
  const aws = unhurried(story.clock, clients(story.sandbox, { maxAttempts: 4, retryStrategy, ...story.deployer }));
  for (const client of Object.values(aws)) rememberAction(client);
  const ctx: Context = { ...story.ctx, aws };
  const target = await story.target();
  const options = { wait: true, bundle: path.join(story.app, 'bundle') };
  try {
    await story.clock.run(async () => {
      if (command === 'rollback') await rollback(ctx, target, options);
      else await deploy(ctx, target, options);
    });
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

export const setWeather = ({ sandbox }: Story, rules: Weather[]): void => sandbox.engine.sky.set(rules);

/** What there is once everything that was on its way out is gone. */
export async function settled(story: Story): Promise<string> {
  await story.clock.advance(180_000);
  return worldText(story.sandbox);
}
