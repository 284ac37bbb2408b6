import { DeployError } from '../core/errors.ts';
import { ask } from '../edge/terminal/ask.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';
import { openTarget } from './open-target.ts';
import type { Shown } from './shown.ts';

const show = () => import('./show/retire.ts');

async function cutover({ options }: ChoiceOf<'cutover' | 'retire shift'>, session: Session): Promise<Shown> {
  const { ctx, target } = await openTarget(session, options, 'to retire');
  const [{ cutover }, { showCutover }] = await Promise.all([import('../commands/cutover.ts'), show()]);
  const { weight, back } = options;
  return showCutover(await cutover(ctx, target, { back, ...(weight !== undefined && { weight }) }));
}

export const performRetire = {
  cutover,
  'retire shift': cutover,
  'retire plan': async ({ options }: ChoiceOf<'retire plan'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retirePlan }, { showRetirePlan }] = await Promise.all([import('../commands/retire/plan.ts'), show()]);
    return showRetirePlan(await retirePlan(ctx, target));
  },
  'retire status': async ({ options }: ChoiceOf<'retire status'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireStatus }, { showRetireStatus }] = await Promise.all([
      import('../commands/retire/status.ts'),
      show(),
    ]);
    return showRetireStatus(await retireStatus(ctx, target), ctx.clock.now());
  },
  'retire forward': async ({ options }: ChoiceOf<'retire forward'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireForward }, { showForward }] = await Promise.all([import('../commands/retire/forward.ts'), show()]);
    return showForward(await retireForward(ctx, target, { show: options.show }));
  },
  'retire watch': async ({ options }: ChoiceOf<'retire watch'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireWatch }, { showWatch }] = await Promise.all([import('../commands/retire/watch.ts'), show()]);
    return showWatch(await retireWatch(ctx, target, { once: options.once }));
  },
  'retire stop': async ({ options }: ChoiceOf<'retire stop'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireStop }, { showStop }] = await Promise.all([import('../commands/retire/stop.ts'), show()]);
    return showStop(await retireStop(ctx, target), target.retire.stoppedHours);
  },
  'retire snapshot': async ({ options }: ChoiceOf<'retire snapshot'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireSnapshot }, { showSnapshot }] = await Promise.all([
      import('../commands/retire/snapshot.ts'),
      show(),
    ]);
    return showSnapshot(await retireSnapshot(ctx, target));
  },
  'retire terminate': async ({ options }: ChoiceOf<'retire terminate'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireTerminate }, { showTerminate }] = await Promise.all([
      import('../commands/retire/terminate.ts'),
      show(),
    ]);
    return showTerminate(await retireTerminate(ctx, target, { confirm: confirmer(session, options) }));
  },
  'retire release-ip': async ({ options }: ChoiceOf<'retire release-ip'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireReleaseIp }, { showReleaseIp }] = await Promise.all([
      import('../commands/retire/release-ip.ts'),
      show(),
    ]);
    return showReleaseIp(await retireReleaseIp(ctx, target, { confirm: confirmer(session, options) }));
  },
  'retire back': async ({ options }: ChoiceOf<'retire back'>, session: Session): Promise<Shown> => {
    const { ctx, target } = await openTarget(session, options, 'to retire');
    const [{ retireBack }, { showBack }] = await Promise.all([import('../commands/retire/back.ts'), show()]);
    return showBack(await retireBack(ctx, target));
  },
};

/** Asks at a terminal; elsewhere `--confirm` must say it. */
const confirmer =
  (session: Session, { confirm, json }: { confirm?: string; json: boolean }) =>
  async (question: string): Promise<string> => {
    if (confirm !== undefined) return confirm;
    const { stdin, stderr } = session.io;
    if (!json && stdin.isTTY && stderr.isTTY)
      return await ask({ input: stdin, output: stderr }, question, 'no', session.signal);
    throw new DeployError('usage', 'this cannot be undone, and there is nobody to ask', {
      hint: `add --confirm: ${question.replace(/^.*Type (.*) to go on:$/, '$1')}`,
    });
  };
