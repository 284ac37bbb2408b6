import { createLogUpdate } from 'log-update';
import type { Clock } from '../../core/context.ts';
import { durationText } from '../../core/duration.ts';
import type { Paint } from './paint.ts';
import type { Renderer } from './renderer.ts';
import type { RunningStep, Steps } from './steps.ts';
import { fit } from './table.ts';
import { lineOf } from './words.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/** A line a running step, redrawn in place; what is over scrolls up and stays. Nothing moves while no step runs. */
export function liveRenderer(
  stream: NodeJS.WriteStream,
  look: { paint: Paint; isVerbose: boolean; clock: Pick<Clock, 'now'>; steps: Steps },
): Renderer {
  const screen = createLogUpdate(stream);
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;

  const draw = () => {
    const running = look.steps.running();
    if (running.length === 0) return rest();
    timer ??= setInterval(draw, frameMs).unref();
    frame += 1;
    const width = Math.max(...running.map(({ step }) => step.length));
    const spinner = frames[frame % frames.length] ?? '';
    const lines = running.map((step) => fit(liveLine(step, look.clock.now(), width), (stream.columns || 80) - 3));
    screen(lines.map((line) => `${look.paint('cyan', spinner)} ${line}`).join('\n'));
  };

  const rest = () => {
    clearInterval(timer);
    timer = undefined;
    screen.clear();
  };

  return {
    report: (event) => {
      const line = lineOf(event, look.paint, look.isVerbose);
      if (line !== undefined) screen.persist(line);
      if (event.kind !== 'output') draw();
    },
    close: () => {
      rest();
      screen.done();
    },
  };
}

function liveLine({ step, startedAt, waiting }: RunningStep, now: number, width: number): string {
  const why = waiting ? `  ${waiting.what}: ${waiting.reason}` : '';
  return `${step.padEnd(width)}  ${durationText(now - startedAt).padStart(5)}${why}`;
}
