import type { Io } from './io.ts';
import { parseArguments } from './parse-arguments.ts';

/**
 * One run of `redeploy`: argv in, exit code out. Nothing is thrown past it. Reading the command line needs Commander alone;
 * everything else is imported when there is something to do.
 */
export async function main(io: Io): Promise<number> {
  try {
    const print = (text: string) => void io.stdout.write(text);
    const choice = parseArguments(io.argv, { cwd: io.cwd, columns: io.stdout.columns, print });
    if (choice === undefined) return 0;
    const { run } = await import('./run.ts');
    return await run(io, choice);
  } catch (error) {
    const { failureOf, printFailure } = await import('./failure.ts');
    return printFailure(io, failureOf(error), { isJson: io.argv.includes('--json'), isColored: false });
  }
}
