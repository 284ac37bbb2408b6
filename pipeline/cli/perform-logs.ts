import type { AppLine } from '../stages/app-lines.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';
import { openTarget } from './open-target.ts';
import { lineText } from './show/logs.ts';
import type { Shown } from './shown.ts';

/** `redeploy logs`: each line on stdout as it comes; with --json one document a line, the last one counts them. */
export async function performLogs({ options, release }: ChoiceOf<'logs'>, session: Session): Promise<Shown> {
  const { ctx, target } = await openTarget(session, options);
  const { logs } = await import('../commands/logs.ts');
  const { stdout } = session.io;
  const { lines, follow, since, machine, search, json } = options;
  const result = await logs(ctx, target, {
    backMs: since,
    lines,
    isFollowing: follow,
    ...(release !== undefined && { release }),
    ...(machine !== undefined && { machine }),
    ...(search !== undefined && { search }),
    onLine: (line: AppLine) => void stdout.write(`${json ? JSON.stringify(line) : lineText(line)}\n`),
  });
  if (result.lines === 0) ctx.report({ kind: 'note', message: 'no such lines; `--since 1d` looks further back' });
  return { document: result, isLines: true, lines: () => [] };
}
