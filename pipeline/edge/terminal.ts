import type { Clock } from '../core/context.ts';
import type { Report } from '../core/event.ts';
import { jsonRenderer } from './terminal/json.ts';
import { painter } from './terminal/paint.ts';
import { plainRenderer } from './terminal/plain.ts';
import type { Renderer } from './terminal/renderer.ts';
import { trackSteps, type Steps } from './terminal/steps.ts';

export interface TerminalOptions {
  /** Where progress goes: stderr. */
  stream: NodeJS.WriteStream;
  /** JSON lines instead of words. */
  isJson: boolean;
  /** The stream is the log of a GitHub Actions job. */
  isGithub: boolean;
  /** The stream is a terminal whose cursor moves: lines are redrawn. */
  isLive: boolean;
  isColored: boolean;
  /** Show what tools write as they write it. */
  isVerbose: boolean;
  clock: Pick<Clock, 'now'>;
}

/** The place where progress shows. */
export interface Terminal {
  report: Report;
  /** The last lines that tools (`meteor build`, Docker) wrote in steps that failed; none when they were shown anyway. */
  lastWords(): string[];
  /** What is left behind if the process ends now. */
  unfinished(): string[];
  /** Stops drawing, so that results and errors can be printed. Idempotent. */
  close(): void;
}

/** Live lines on a terminal, plain lines elsewhere, JSON lines if asked. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const steps = trackSteps();
  const renderer = await chooseRenderer(options, steps);
  return {
    report: (event) => {
      steps.apply(event);
      renderer.report(event);
    },
    lastWords: () => (options.isVerbose ? [] : steps.lastWords()),
    unfinished: steps.unfinished,
    close: () => renderer.close(),
  };
}

async function chooseRenderer(options: TerminalOptions, steps: Steps): Promise<Renderer> {
  const { stream, clock, isVerbose } = options;
  const write = (text: string) => void stream.write(text);
  if (options.isJson) return jsonRenderer(write, clock);
  const look = { paint: painter(options.isColored), isVerbose, clock };
  if (options.isGithub) {
    const { githubRenderer } = await import('./terminal/github.ts');
    return githubRenderer(write, look);
  }
  if (!options.isLive) return plainRenderer(write, look);
  const { liveRenderer } = await import('./terminal/live.ts');
  return liveRenderer(stream, { ...look, steps });
}
