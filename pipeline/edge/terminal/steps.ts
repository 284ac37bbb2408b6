import type { Event } from '../../core/event.ts';

/** What is known of a step that runs. */
export interface RunningStep {
  step: string;
  startedAt: number;
  /** What it waits for, and why that is not there yet. */
  waiting?: { what: string; reason: string };
}

/** How much of a tool's output is kept for the case that its step fails. */
const keptLines = 40;

/** What goes on at the moment: which steps run, what tools said last, what is being taken back. */
export function trackSteps() {
  const running = new Map<string, RunningStep>();
  const output = new Map<string, string[]>();
  const failed = new Set<string>();
  let undoing: string[] = [];

  const end = (step: string) => {
    running.delete(step);
    if (!failed.has(step)) output.delete(step);
  };

  const wait = (step: string | undefined, waiting: { what: string; reason: string }) => {
    const found = running.get(step ?? '');
    if (found) found.waiting = waiting;
  };

  const keep = (step: string, line: string) => {
    output.set(step, [...(output.get(step) ?? []), line].slice(-keptLines));
  };

  const apply = (event: Event): void => {
    if (event.kind === 'step-started') running.set(event.step, { step: event.step, startedAt: event.at });
    else if (event.kind === 'waiting') wait(event.step, event);
    else if (event.kind === 'output') keep(event.step ?? '', event.line);
    else if (event.kind === 'undoing') undoing = [event.label, ...(event.left ?? [])];
    else if ('step' in event) {
      if (event.kind === 'step-failed') failed.add(event.step);
      end(event.step);
    }
  };

  return {
    apply,
    running: (): RunningStep[] => [...running.values()],
    /** The last lines that tools wrote in the step that failed first: the others were stopped because of it. */
    lastWords: (): string[] => [...failed].slice(0, 1).flatMap((step) => output.get(step) ?? []),
    /** What a run that is cut off now leaves behind: acts of undoing that were not done, steps that were under way. */
    unfinished: (): string[] => [...undoing, ...[...running.keys()].map((step) => `finish or take back: ${step}`)],
  };
}

export type Steps = ReturnType<typeof trackSteps>;
