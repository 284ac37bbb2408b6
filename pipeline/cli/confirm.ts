import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { ask } from '../edge/terminal/ask.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';

/** The first deploy into an account begins to cost money: somebody at a terminal is asked once, scripts are not. */
export async function confirmFirstDeploy(
  { options }: ChoiceOf<'deploy'>,
  session: Session,
  ctx: Context,
  target: Target,
): Promise<void> {
  const { stdin, stderr, env } = session.io;
  if (options.yes || options.sandbox || options.json || !stdin.isTTY || !stderr.isTTY || env['AWS_ENDPOINT_URL'])
    return;
  const { status } = await import('../commands/status.ts');
  if ((await status(ctx, target)).size !== undefined) return;
  const { app, environment, region, fleet, instance } = target;
  const machines = `${fleet.desired ?? fleet.min} machines (${instance.type})`;
  const question = `First deploy of ${app} ${environment}: this makes a load balancer and ${machines} in ${region}, which cost money. Go on? y/n`;
  const answer = await ask({ input: stdin, output: stderr }, question, 'n', session.signal);
  if (/^y(es)?$/i.test(answer)) return;
  throw new DeployError('interrupted', 'nothing was made', {
    hint: '`--yes` asks nothing; `--sandbox` rehearses on this machine',
  });
}
