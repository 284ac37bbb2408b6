import path from 'node:path';
import { DeployError } from '../core/errors.ts';
import type { Choice, ChoiceOf, CommandName, Targeted } from './choice.ts';
import { confirmDeploy } from './confirm.ts';
import type { Session } from './context.ts';
import { openTarget } from './open-target.ts';
import { performRetire } from './perform-retire.ts';
import { performSandbox } from './perform-sandbox.ts';
import type { Shown } from './shown.ts';

/** What each command does; modules are imported when their command is chosen, so that `--help` loads none of them. */
const performers: { [C in CommandName]: (choice: ChoiceOf<C>, session: Session) => Promise<Shown> } = {
  init: async (choice, session) => {
    const { performInit } = await import('./perform-init.ts');
    return performInit(choice, session);
  },
  deploy: async (choice, session) => {
    const { options } = choice;
    const { ctx, target } = await openTarget(session, options, 'with files');
    await confirmDeploy(choice, session, ctx, target);
    const [{ deploy }, { showDeploy }] = await Promise.all([
      import('../commands/deploy.ts'),
      import('./show/deploy.ts'),
    ]);
    const { env: environment } = session.io;
    const { NODE_EXTRA_CA_CERTS: caBundle } = environment;
    return showDeploy(
      await deploy(ctx, target, {
        ...bundleOf(session, options),
        wait: options.wait,
        environment,
        ...(caBundle && { caBundle }),
      }),
    );
  },
  rollback: async ({ options, to }, session) => {
    const { ctx, target } = await openTarget(session, options);
    const [{ rollback }, { showDeploy }] = await Promise.all([
      import('../commands/rollback.ts'),
      import('./show/deploy.ts'),
    ]);
    return showDeploy(await rollback(ctx, target, { wait: options.wait, ...(to !== undefined && { to }) }));
  },
  run: async ({ options }, session) => {
    const { ctx, target } = await openTarget(session, options, 'with files');
    const [{ run }, { showRun }] = await Promise.all([import('../commands/run.ts'), import('./show/run.ts')]);
    const { env: environment, stdout } = session.io;
    const onLine = (line: string) => void stdout.write(`${options.json ? JSON.stringify({ line }) : line}\n`);
    const { port } = options;
    return showRun(
      await run(ctx, target, {
        ...bundleOf(session, options),
        ...(port !== undefined && { port }),
        caBundle: environment['NODE_EXTRA_CA_CERTS'],
        environment,
        impatience: session.impatience,
        onLine,
      }),
    );
  },
  status: async ({ options }, session) => {
    const { ctx, target } = await openTarget(session, options);
    const [{ status }, { showStatus }] = await Promise.all([
      import('../commands/status.ts'),
      import('./show/status.ts'),
    ]);
    return showStatus(await status(ctx, target), ctx.clock.now());
  },
  repair: async ({ options }, session) => {
    const { ctx, target } = await openTarget(session, options);
    const [{ repair }, { showRepair }] = await Promise.all([
      import('../commands/repair.ts'),
      import('./show/repair.ts'),
    ]);
    return showRepair(await repair(ctx, target));
  },
  logs: async (choice, session) => {
    const { performLogs } = await import('./perform-logs.ts');
    return performLogs(choice, session);
  },
  destroy: async ({ options }, session) => {
    const { performDestroy } = await import('./perform-destroy.ts');
    return performDestroy(options, session);
  },
  releases: async ({ options }, session) => {
    const { ctx, target } = await openTarget(session, options);
    const [{ releases }, { showReleases }] = await Promise.all([
      import('../commands/releases.ts'),
      import('./show/releases.ts'),
    ]);
    return showReleases(await releases(ctx, target));
  },
  doctor: async ({ options }, session) => {
    const { ctx, target } = await openTarget(session, options);
    const [{ doctor }, { showDoctor }] = await Promise.all([
      import('../commands/doctor.ts'),
      import('./show/doctor.ts'),
    ]);
    return showDoctor(await doctor(ctx, target, bundleOf(session, options)));
  },
  plan: async ({ options }, session) => {
    if (options.prices) refusePlayedPrices(options, session);
    const { ctx, target } = await openTarget(session, options, 'with files');
    const [{ plan }, { showPlan }] = await Promise.all([import('../commands/plan.ts'), import('./show/plan.ts')]);
    const made = await plan(ctx, target, { ...bundleOf(session, options), prices: options.prices });
    return { ...showPlan(made), exitCode: options.exitCode && made.hasChanges ? 2 : 0 };
  },
  iam: async (choice, session) => {
    const { performIam } = await import('./perform-iam.ts');
    return performIam(choice, session);
  },
  ...performRetire,
  ...performSandbox,
};

/** Carries out what was chosen. */
export function perform<C extends CommandName>(choice: Choice & { command: C }, session: Session): Promise<Shown> {
  // The table pairs each command with its own choice; TypeScript cannot follow that through an index.
  const performer = performers[choice.command] as (choice: Choice, session: Session) => Promise<Shown>;
  return performer(choice, session);
}

/** The prices that the sandbox plays must not be kept for plans in AWS. */
function refusePlayedPrices({ sandbox }: Targeted, { io }: Session): void {
  if (!sandbox && !io.env['AWS_ENDPOINT_URL']) return;
  throw new DeployError('usage', '--prices looks in the price list of AWS, and the sandbox has none of its own', {
    hint: 'leave out --sandbox (and AWS_ENDPOINT_URL), or leave out --prices',
  });
}

const bundleOf = ({ io }: Session, { bundle }: { bundle?: string }) =>
  bundle === undefined ? {} : { bundle: path.resolve(io.cwd, bundle) };
