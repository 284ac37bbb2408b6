import type { Clock } from '../../core/context.ts';
import type { Event } from '../../core/event.ts';
import type { Paint } from './paint.ts';
import { plainRenderer } from './plain.ts';
import type { Renderer } from './renderer.ts';
import { lineOf } from './words.ts';
import { annotation, group, guarded } from './workflow-commands.ts';

/** Steps run side by side and groups cannot: what tools say is kept until their step is over, its newest lines at most. */
const keptLines = 5000;

/** The log of a GitHub Actions job: each step a line, with what its tools said folded behind it; warnings as annotations. */
export function githubRenderer(
  write: (text: string) => void,
  look: { paint: Paint; clock: Pick<Clock, 'now'> },
): Renderer {
  const plain = plainRenderer(write, { ...look, isVerbose: false });
  const said = new Map<string, string[]>();
  const print = (lines: readonly string[]) => lines.forEach((line) => write(`${line}\n`));

  const keep = ({ step = '', line }: Event & { kind: 'output' }) => {
    const lines = said.get(step) ?? [];
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    said.set(step, lines);
  };

  const end = (event: Event & { step: string }) => {
    const lines = said.get(event.step);
    said.delete(event.step);
    if (lines) print(group(lineOf(event, look.paint, false) ?? event.step, lines));
    else plain.report(event);
  };

  return {
    report: (event) => {
      if (event.kind === 'output') keep(event);
      else if (event.kind === 'warning') print([annotation('warning', 'redeploy', event.message)]);
      else if (event.kind === 'step-finished' || event.kind === 'step-failed') end(event);
      else plain.report(event);
    },
    close: () => {
      for (const lines of said.values()) print(guarded(lines));
      said.clear();
    },
  };
}
