import { realClock } from '../edge/clock.ts';
import { openTerminal } from '../edge/terminal.ts';
import type { Report } from '../core/event.ts';
import { painter } from '../edge/terminal/paint.ts';
import type { Choice } from './choice.ts';
import { failureOf, printFailure } from './failure.ts';
import { findJob } from './github.ts';
import { watchInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { perform } from './perform.ts';

/** Carries out one command: progress on stderr, its result on stdout, its failure where it belongs. */
export async function run(io: Io, choice: Choice): Promise<number> {
  const { json, color, verbose } = choice.options;
  const job = findJob(io, `redeploy ${choice.command}`, json);
  const look = { isJson: json, isColored: isColored(io, io.stderr, color), isGithub: job !== undefined };
  const terminal = await openTerminal({
    ...look,
    stream: io.stderr,
    isLive: hasSize(io.stderr) && io.env['TERM'] !== 'dumb',
    isVerbose: verbose,
    clock: realClock,
  });
  const report: Report = (event) => {
    terminal.report(event);
    job?.report(event);
  };
  // Seven lines of the AWS SDK on an older Node would tear live lines apart, and be no JSON.
  io.onWarning((warning) => report({ kind: 'note', message: firstParagraph(warning) }));
  const interrupts = watchInterrupts(io, terminal, {
    isQuiet: choice.command.endsWith('logs'),
    isPatient: choice.command === 'run',
  });
  try {
    const shown = await perform(choice, { io, signal: interrupts.signal, impatience: interrupts.impatience, report });
    terminal.close();
    const paint = painter(isColored(io, io.stdout, color));
    const lines = json ? [JSON.stringify(shown.document, undefined, shown.isLines ? 0 : 2)] : shown.lines(paint);
    if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    await job?.succeeded(shown);
    return shown.exitCode ?? 0;
  } catch (error) {
    terminal.close();
    const around = { lastWords: terminal.lastWords(), isInterrupted: interrupts.signal.aborted };
    const failure = failureOf(error, around);
    await job?.failed(failure);
    return spared(choice, printFailure(io, failure, look));
  } finally {
    interrupts.release();
  }
}

/** The first paragraph, in one line. */
const firstParagraph = ({ message }: Error): string => (message.split('\n\n')[0] ?? '').replaceAll(/\s+/g, ' ');

/** https://no-color.org: any value but the empty one means no colours. */
function isColored(io: Io, stream: NodeJS.WriteStream, wanted: boolean): boolean {
  if (!wanted || io.env['NO_COLOR']) return false;
  return stream.isTTY || (io.env['FORCE_COLOR'] ?? '0') !== '0';
}

/** A terminal of no size (some CI systems and `script` make them) shows no line that is redrawn. */
const hasSize = (stream: NodeJS.WriteStream): boolean => stream.isTTY && stream.columns > 0 && stream.rows > 0;

/** With `plan --exit-code`, 2 says that there are changes: a mistake in settings or command line ends with 1. */
const spared = (choice: Choice, exitCode: number): number =>
  exitCode === 2 && choice.command === 'plan' && choice.options.exitCode ? 1 : exitCode;
