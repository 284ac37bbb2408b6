import path from 'node:path';
import type { Targeted } from './choice.ts';
import { contextIn, type Session } from './context.ts';

/** The environment and the AWS that it lives in: mistakes in settings (and in the files that they name) come first, the sandbox is started if need be. */
export async function openTarget(session: Session, options: Targeted, how?: 'with files' | 'to retire') {
  const [{ readTarget }, { mistakesInFiles }] = await Promise.all([
    import('../core/read-target.ts'),
    import('../core/payload.ts'),
  ]);
  const directory = path.resolve(session.io.cwd, options.appDir);
  const target = await readTarget(directory, options.environment, how === 'with files' ? mistakesInFiles : undefined);
  const use = { target, policies: how === 'to retire' ? (['retire'] as const) : [] };
  return { target, ctx: await contextIn(session, { region: target.region, isSandbox: options.sandbox, use }) };
}
