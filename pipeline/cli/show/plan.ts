import type { Plan, PlanStep } from '../../commands/plan.ts';
import type { Change } from '../../core/act.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';

const marks: Record<Change['action'], string> = { create: '+', change: '~', move: '→', delete: '-' };

/** `redeploy plan`. */
export const showPlan = (plan: Plan): Shown => ({ document: plan, lines: (paint) => planLines(plan, paint) });

function planLines(plan: Plan, paint: Paint): string[] {
  const live = plan.live ? `${plan.live} is live` : 'nothing is deployed yet';
  return [
    `${paint('bold', `${plan.app} ${plan.environment}`)} in ${plan.region}: ${live}`,
    ...tableLines(
      plan.steps.flatMap((step) => stepRows(step, paint)),
      '  ',
    ),
    ...plan.left.map(({ what, why }) => `${paint('yellow', '!')} ${what}: ${why}`),
    ...plan.halfMade.map((line) => `${paint('yellow', '!')} ${line}`),
    ...(plan.waitsFor
      ? [`${paint('yellow', '!')} ${plan.waitsFor} has to end first; what it leaves decides the rest`]
      : []),
    plan.hasChanges
      ? paint('dim', '+ made new   ~ changed   → moved   - removed   = stays')
      : `${paint('green', '✔')} nothing to do`,
  ];
}

function stepRows({ stage, changes, reused }: PlanStep, paint: Paint): string[][] {
  if (reused !== undefined) return [[paint('dim', stage), paint('dim', '='), paint('dim', reused)]];
  return changes.map((change, at) => [
    at === 0 ? stage : '',
    paint('green', marks[change.action]),
    `${change.what}: ${change.why}`,
  ]);
}
