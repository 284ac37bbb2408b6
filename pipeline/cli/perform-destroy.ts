import { destroy } from '../commands/destroy.ts';
import type { Targeted } from './choice.ts';
import type { Session } from './context.ts';
import { openTarget } from './open-target.ts';
import type { Shown } from './shown.ts';

/** `redeploy destroy`: the script alone on stdout, so that it can go into a file; that nothing happened on stderr. */
export async function performDestroy(options: Targeted, session: Session): Promise<Shown> {
  const { ctx, target } = await openTarget(session, options);
  const result = await destroy(ctx, target);
  if (result.commands.length > 0) {
    session.report({
      kind: 'note',
      message: 'nothing was removed: this is a script to read, and to run with `sh` by somebody who may',
    });
  }
  return { document: result, lines: () => result.script };
}
