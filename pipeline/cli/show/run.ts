import type { RunResult } from '../../commands/run.ts';
import { durationText } from '../../core/duration.ts';
import type { Shown } from '../shown.ts';

/** `redeploy run`, after Ctrl-C. */
export const showRun = (result: RunResult): Shown => ({
  document: result,
  isLines: true,
  lines: () => [
    `the app has stopped after ${durationText(result.seconds * 1000)}, with exit code ${result.exitCode}; nothing of it is left`,
  ],
});
