import type { RepairResult } from '../../commands/repair.ts';
import type { Shown } from '../shown.ts';

/** `redeploy repair`. */
export const showRepair = (result: RepairResult): Shown => ({
  document: result,
  lines: (paint) =>
    result.done.length + result.left.length === 0
      ? ['nothing is half-made: there is nothing to repair']
      : [
          ...result.done.map((line) => `${paint('green', '✔')} ${line}`),
          ...result.left.map((line) => `${paint('yellow', '!')} ${line}`),
        ],
});
