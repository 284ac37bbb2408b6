import path from 'node:path';
import type { Targeted } from './choice.ts';
import { contextIn, type Session } from './context.ts';

/** The environment and the AWS that it lives in: mistakes in settings (and in the files that they name) come first, the sandbox is started if need be. */
export async function openTarget(session: Session, options: Targeted, how?: 'with files') {
  const [{ readTarget }, { mistakesInFiles }] = await Promise.all([
    import('../core/target.ts'),
    import('../core/payload.ts'),
  ]);
  const directory = path.resolve(session.io.cwd, options.appDir);
  const target = await readTarget(directory, options.environment, how && mistakesInFiles);
  return { target, ctx: await contextIn(session, target.region, options.sandbox) };
}
