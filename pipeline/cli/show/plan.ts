import type { Plan, PlanStep } from '../../commands/plan.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';

/** What the words of a plan mean to somebody who reads it for the first time. */
const marks: Record<PlanStep['action'], string> = { create: '+', build: '+', move: '~', depends: '?', reuse: '=' };

/** `redeploy plan`. */
export const showPlan = (plan: Plan): Shown => ({
  document: plan,
  lines: (paint) => [
    `${paint('bold', `${plan.app} ${plan.environment}`)} in ${plan.region}: ${plan.live ? `${plan.live} is live` : 'nothing is deployed yet'}`,
    ...tableLines(
      plan.steps.map((step) => [marked(step, paint), step.stage, step.why]),
      '  ',
    ),
    ...plan.halfMade.map((line) => `${paint('yellow', '!')} ${line}`),
    paint('dim', '+ made new   ~ moved   = there already   ? depends on the build'),
  ],
});

function marked({ action }: PlanStep, paint: Paint): string {
  const isQuiet = action === 'reuse' || action === 'depends';
  return paint(isQuiet ? 'dim' : 'green', `${marks[action]} ${action}`);
}
