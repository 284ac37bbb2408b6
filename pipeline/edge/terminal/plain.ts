import type { Clock } from '../../core/context.ts';
import type { Event } from '../../core/event.ts';
import { durationText } from '../../core/duration.ts';
import type { Paint } from './paint.ts';
import type { Renderer } from './renderer.ts';
import { lineOf } from './words.ts';

/** A step that waits says so at most this often. */
const waitingEveryMs = 30_000;

/** One line when a step begins, one when it ends, and a sign of life in between: for logs and pipes. */
export function plainRenderer(
  write: (text: string) => void,
  look: { paint: Paint; isVerbose: boolean; clock: Pick<Clock, 'now'> },
): Renderer {
  const saidAt = new Map<string, number>();

  const waitingLine = (event: Event & { kind: 'waiting' }): string | undefined => {
    const step = event.step ?? event.what;
    const now = look.clock.now();
    const since = saidAt.get(step);
    if (since === undefined) saidAt.set(step, now);
    if (since === undefined || now - since < waitingEveryMs) return undefined;
    saidAt.set(step, now);
    const prefix = event.step === undefined ? '' : `${event.step}: `;
    return `  ${prefix}waiting for ${event.what} (${durationText(event.elapsedMs)}): ${event.reason}`;
  };

  const textOf = (event: Event): string | undefined => {
    if (event.kind === 'waiting') return waitingLine(event);
    if (event.kind !== 'step-started') return lineOf(event, look.paint, look.isVerbose);
    saidAt.set(event.step, look.clock.now());
    return `  ${event.step} …`;
  };

  return {
    report: (event) => {
      const text = textOf(event);
      if (text !== undefined) write(`${text}\n`);
    },
    close: () => {},
  };
}
