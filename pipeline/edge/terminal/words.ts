import type { Event } from '../../core/event.ts';
import { durationText } from '../../core/duration.ts';
import type { Paint } from './paint.ts';

type Words = { [K in Event['kind']]?: (event: Extract<Event, { kind: K }>, paint: Paint) => string };

const words: Words = {
  'step-finished': (event, paint) =>
    ended(paint('green', '✔'), event.step, paint, [durationText(event.ms), event.detail]),
  'step-reused': (event, paint) => ended(paint('green', '✔'), event.step, paint, ['nothing to do', event.detail]),
  'step-failed': (event, paint) =>
    ended(paint('red', '✖'), event.step, paint, [durationText(event.ms), firstLine(event.message)]),
  undoing: (event, paint) => `${paint('yellow', '↶')} undoing: ${event.label}`,
  'undo-failed': (event, paint) => `${paint('red', '✖')} could not undo: ${event.label} (${firstLine(event.message)})`,
  note: (event, paint) => `${paint('cyan', '•')} ${event.message}`,
  warning: (event, paint) => `${paint('yellow', '!')} ${event.message}`,
  output: (event, paint) => paint('dim', `  ${event.step === undefined ? '' : `${event.step} | `}${event.line}`),
};

/** The line that stays of an event, for people; undefined when nothing stays of it. */
export function lineOf(event: Event, paint: Paint, isVerbose: boolean): string | undefined {
  if (event.kind === 'output' && !isVerbose) return undefined;
  // The table pairs each kind with its own event; TypeScript cannot follow that through an index.
  const line = words[event.kind] as ((event: Event, paint: Paint) => string) | undefined;
  return line?.(event, paint);
}

const ended = (mark: string, step: string, paint: Paint, details: (string | undefined)[]): string =>
  `${mark} ${step}  ${paint('dim', details.filter(Boolean).join(' · '))}`;

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
