import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { destroy } from '../../pipeline/commands/destroy.ts';
import { readTarget } from '../../pipeline/core/read-target.ts';
import type { Target } from '../../pipeline/core/target.ts';
import { awsCli } from '../support/aws-cli.ts';
import { startStory, type Story } from '../support/story.ts';

const printed = (story: Story) => story.clock.run(async () => destroy(story.ctx, await story.target()));

/** What `sh` does with the script, run by somebody who may do everything. */
async function run(story: Story, commands: readonly string[]): Promise<void> {
  for (const line of commands) {
    const command = line.replace(/^again /, '');
    const patience = command === line ? 1 : 20;
    await story.clock.run(async () => {
      if (/^aws \w+ wait /.test(command)) return await story.clock.sleep(300_000);
      for (let left = patience; ; left -= 1) {
        try {
          return await awsCli(story.account, command);
        } catch (error) {
          if (left <= 1) throw error;
          await story.clock.sleep(15_000);
        }
      }
    });
  }
}

const made = ({ sandbox: { engine } }: Story): string[] => {
  const { autoscaling, ec2, elb, iam, logs, secrets } = engine.state;
  const text = JSON.stringify({
    autoscaling,
    elb,
    logs,
    secrets,
    ec2,
    roles: iam.roles,
    profiles: iam.instanceProfiles,
  });
  return [...new Set(text.match(/"name":"[^"]*shop-production[^"]*"/g) ?? [])];
};

test('the printed script leaves nothing of the environment, and what it was made of can be deployed again', async () => {
  await using story = await startStory({ rollout: { keepPreviousMinutes: 60 } });
  expect((await printed(story)).commands).toEqual([]);
  await story.deploy();
  await story.edit('second line\n');
  await story.deploy();
  const { commands, script } = await printed(story);
  expect(made(story)).not.toEqual([]);
  expect(spawnSync('sh', ['-n'], { input: script.join('\n') })).toMatchObject({ status: 0 });
  expect(script.join('\n')).toContain('Removes shop production in us-east-1, for ever');
  // Cut off in the middle, it is printed anew and names what is left.
  await run(story, commands.slice(0, 7));
  await run(story, (await printed(story)).commands);
  expect((await printed(story)).commands).toEqual([]);
  expect(made(story)).toEqual([]);
  expect(await story.deploy()).toMatchObject({ action: 'deployed', release: 'v1' });
});

test('AMIs that another environment runs from are kept', async () => {
  await using story = await startStory({ environments: { production: {}, staging: {} } });
  const [production, staging] = [await readTarget(story.app, 'production'), await readTarget(story.app, 'staging')];
  const bundle = path.join(story.app, 'bundle');
  await story.clock.run(() => deploy(story.ctx, production, { wait: true, bundle }));
  const commandsOf = async (target: Target) =>
    (await story.clock.run(() => destroy(story.ctx, target))).commands.join();
  expect(await commandsOf(production)).toContain('deregister-image');
  await story.clock.run(() => deploy(story.ctx, staging, { wait: true, bundle }));
  expect(await commandsOf(production)).not.toContain('deregister-image');
  expect(await commandsOf(production)).not.toContain('staging');
});
