import path from 'node:path';
import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { painter } from '../edge/terminal/paint.ts';
import { ask } from '../edge/terminal/ask.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';

/**
 * Shows somebody at a terminal what will happen, and asks. Scripts, which have no terminal, are not asked, nor is a rehearsal
 * in the sandbox.
 */
export async function confirmDeploy(
  { options }: ChoiceOf<'deploy'>,
  session: Session,
  ctx: Context,
  target: Target,
): Promise<void> {
  if (options.yes || options.sandbox || options.json || !hasSomebody(session)) return;
  const { stdin, stderr, env, cwd } = session.io;
  const [{ plan }, { showPlan }] = await Promise.all([import('../commands/plan.ts'), import('./show/plan.ts')]);
  const bundle = options.bundle === undefined ? {} : { bundle: path.resolve(cwd, options.bundle) };
  const planned = await plan(ctx, target, bundle);
  const isColored = options.color && !env['NO_COLOR'];
  stderr.write(`${showPlan(planned).lines(painter(isColored)).join('\n')}\n`);
  if (!planned.hasChanges) return;
  const answer = await ask({ input: stdin, output: stderr }, 'Go on? y/n', 'n', session.signal);
  if (/^y(es)?$/i.test(answer)) return;
  throw new DeployError('interrupted', 'nothing was changed', {
    hint: '`--yes` asks nothing; `--sandbox` rehearses on this machine',
  });
}

const hasSomebody = ({ io: { stdin, stderr, env } }: Session): boolean =>
  stdin.isTTY && stderr.isTTY && !env['AWS_ENDPOINT_URL'];
