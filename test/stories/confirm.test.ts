import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmDeploy } from '../../pipeline/cli/confirm.ts';
import type { ChoiceOf } from '../../pipeline/cli/choice.ts';
import type { Session } from '../../pipeline/cli/context.ts';
import { startStory, type Story } from '../support/story.ts';

interface Somebody {
  isTTY?: boolean;
  types?: string;
  options?: Partial<ChoiceOf<'deploy'>['options']>;
}

/** Somebody (or nobody) before a terminal; what was shown. */
async function confirm(story: Story, { isTTY = true, types = '', options = {} }: Somebody): Promise<string> {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  let shown = '';
  stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  stdin.end(`${types}\n`);
  const io = { stdin, stderr, env: {}, cwd: story.app } as unknown as Session['io'];
  const { signal, report } = story.ctx;
  const session: Session = { io, signal, impatience: signal, report };
  const common = { appDir: story.app, json: false, color: false, verbose: false, sandbox: false };
  const choice: ChoiceOf<'deploy'> = {
    command: 'deploy',
    options: { ...common, bundle: 'bundle', wait: true, yes: false, ...options },
  };
  await confirmDeploy(choice, session, story.ctx, await story.target());
  return shown;
}

describe('before a deploy', () => {
  it('somebody at a terminal sees the plan and is asked; only yes goes on', async () => {
    await using story = await startStory();
    const shown = await confirm(story, { types: 'y' });
    expect(shown).toContain('load balancer shop-production: it is not there');
    expect(shown).toContain('USD a month');
    expect(shown).toContain('Go on? y/n [n]');
    await expect(confirm(story, { types: '' })).rejects.toMatchObject({ code: 'interrupted' });
    await expect(confirm(story, { types: 'what' })).rejects.toMatchObject({ message: 'nothing was changed' });
  });

  it('nobody is asked when there is nothing to do', async () => {
    await using story = await startStory();
    await story.deploy();
    expect(await confirm(story, {})).toContain('nothing to do');
  });

  it('scripts, rehearsals and those who said yes are neither shown a plan nor asked', async () => {
    await using story = await startStory();
    expect(await confirm(story, { isTTY: false })).toBe('');
    expect(await confirm(story, { options: { yes: true } })).toBe('');
    expect(await confirm(story, { options: { json: true } })).toBe('');
    expect(await confirm(story, { options: { sandbox: true } })).toBe('');
  });
});
