import { DeployError, exitCodeOf, messageOf } from '../core/errors.ts';
import { explainAwsError } from '../edge/aws/explain.ts';
import { painter, type Paint } from '../edge/terminal/paint.ts';
import { guarded } from '../edge/terminal/workflow-commands.ts';
import type { Io } from './io.ts';

/** A failure as it is told. */
export interface Failure {
  exitCode: number;
  document: { code: string; message: string; hint?: string; lines?: readonly string[]; stack?: string };
  lines(paint: Paint): string[];
}

interface Around {
  /** The last lines of the tools in the steps that failed. */
  lastWords: string[];
  isInterrupted: boolean;
}

/** Says what went wrong: a failure that we foresaw with its hint, anything else with its stack and as our bug. */
export function failureOf(error: unknown, around: Around = { lastWords: [], isInterrupted: false }): Failure {
  const known = error instanceof DeployError ? error : explainAwsError(error);
  // Whatever was torn down by Ctrl-C complains in its own way; the user knows what happened.
  if (around.isInterrupted && known?.code !== 'interrupted' && !isOurBug(error)) return interrupted(around);
  return known ? expected(known, around) : bug(error);
}

const goOn = 'run the same command again: it takes up what is there and goes on';

const isOurBug = (error: unknown): boolean => error instanceof TypeError || error instanceof ReferenceError;

const interrupted = (around: Around): Failure => expected(new DeployError('interrupted', 'interrupted'), around);

function expected(error: DeployError, around: Around): Failure {
  const said = error.lines.length > 0 || error.code === 'interrupted' ? error.lines : around.lastWords;
  const { code, message } = error;
  const hint = error.hint ?? (code === 'interrupted' ? goOn : undefined);
  return {
    exitCode: exitCodeOf(error),
    document: { code, message, ...(hint !== undefined && { hint }), ...(said.length > 0 && { lines: said }) },
    lines: (paint) => [
      `${paint('red', 'error:')} ${message}`,
      ...said.map((line) => paint('dim', `    ${line}`)),
      ...(hint === undefined ? [] : [`${paint('cyan', 'hint:')} ${hint}`]),
    ],
  };
}

function bug(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const causes = causesOf(error).map((cause) => `caused by: ${cause}`);
  return {
    exitCode: exitCodeOf(error),
    document: { code: 'bug', message: messageOf(error), stack },
    lines: (paint) => [
      `${paint('red', 'error:')} ${messageOf(error)}`,
      ...[...stack.split('\n').slice(1), ...causes].map((line) => paint('dim', line)),
      `This is a bug in meteor-redeploy. Nothing is lost: ${goOn}.`,
    ],
  };
}

function causesOf(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? [] : [messageOf(cause), ...causesOf(cause)];
}

interface FailureLook {
  isJson: boolean;
  isColored: boolean;
  /** In the log of a GitHub Actions job, foreign words must not be taken for commands. */
  isGithub?: boolean;
}

/** People read it on stderr; with --json it is the result. Returns the exit code. */
export function printFailure(io: Io, failure: Failure, look: FailureLook): number {
  const lines = failure.lines(painter(look.isColored));
  if (look.isJson) io.stdout.write(`${JSON.stringify({ error: failure.document }, undefined, 2)}\n`);
  else io.stderr.write(`${(look.isGithub ? guarded(lines) : lines).join('\n')}\n`);
  return failure.exitCode;
}
