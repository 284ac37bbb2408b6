import { realClock } from '../edge/clock.ts';
import { openTerminal, type Terminal } from '../edge/terminal.ts';
import { painter } from '../edge/terminal/paint.ts';
import type { Choice } from './choice.ts';
import { failureOf, type Failure } from './failure.ts';
import { watchInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { parseArguments } from './parse-arguments.ts';
import { perform } from './perform.ts';

/** One run of `redeploy`: argv in, exit code out. Nothing is thrown past it. */
export async function main(io: Io): Promise<number> {
  const isJson = io.argv.includes('--json');
  try {
    const choice = parseArguments(io.argv, {
      cwd: io.cwd,
      columns: io.stdout.columns,
      print: (text) => void io.stdout.write(text),
    });
    return choice === undefined ? 0 : await run(io, choice);
  } catch (error) {
    return printFailure(io, failureOf(error), isJson);
  }
}

async function run(io: Io, choice: Choice): Promise<number> {
  const { json, color, verbose } = choice.options;
  const stderrColors = isColored(io, io.stderr, color);
  const terminal = await openTerminal({
    stream: io.stderr,
    isJson: json,
    isLive: io.stderr.isTTY && io.env['TERM'] !== 'dumb',
    isColored: stderrColors,
    isVerbose: verbose,
    clock: realClock,
  });
  const interrupts = watchInterrupts(io, terminal, choice.command === 'sandbox logs');
  try {
    const shown = await perform(choice, { io, signal: interrupts.signal, report: terminal.report });
    terminal.close();
    const paint = painter(isColored(io, io.stdout, color));
    const lines = json ? [JSON.stringify(shown.document, undefined, 2)] : shown.lines(paint);
    if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } catch (error) {
    terminal.close();
    return printFailure(io, failureOf(error, around(terminal, interrupts.signal)), json, stderrColors);
  } finally {
    interrupts.release();
  }
}

const around = (terminal: Terminal, signal: AbortSignal) => ({
  lastWords: terminal.lastWords(),
  isInterrupted: signal.aborted,
});

/** People read it on stderr; with --json it is the result. */
function printFailure(io: Io, failure: Failure, isJson: boolean, isColored = false): number {
  if (isJson) io.stdout.write(`${JSON.stringify({ error: failure.document }, undefined, 2)}\n`);
  else io.stderr.write(`${failure.lines(painter(isColored)).join('\n')}\n`);
  return failure.exitCode;
}

/** https://no-color.org: any value but the empty one means no colours. */
function isColored(io: Io, stream: NodeJS.WriteStream, wanted: boolean): boolean {
  if (!wanted || io.env['NO_COLOR']) return false;
  return stream.isTTY || (io.env['FORCE_COLOR'] ?? '0') !== '0';
}
