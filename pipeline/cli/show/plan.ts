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
  const notes = [
    ...plan.left.map(({ what, why }) => `${what}: ${why}`),
    ...plan.halfMade,
    ...(plan.waitsFor ? [`${plan.waitsFor} has to end first; what it leaves decides the rest`] : []),
  ];
  return [
    `${paint('bold', `${plan.app} ${plan.environment}`)} in ${plan.region}: ${live}`,
    ...tableLines(
      plan.steps.flatMap((step) => stepRows(step, paint)),
      '  ',
    ),
    ...notes.map((note) => `${paint('yellow', '!')} ${note}`),
    ...costLines(plan, paint),
    plan.hasChanges
      ? `${paint('dim', '+ made new   ~ changed   → moved   - removed   = stays')}${timeText(plan)}`
      : `${paint('green', '✔')} nothing to do`,
  ];
}

const timeText = ({ minutes }: Plan): string => (minutes === 0 ? '' : `   about ${minutes} minutes in all`);

function stepRows({ stage, changes, reused, minutes }: PlanStep, paint: Paint): string[][] {
  if (reused !== undefined) return [[paint('dim', stage), '', paint('dim', '='), paint('dim', reused)]];
  const time = minutes === 0 ? '' : paint('dim', `~${minutes} min`);
  return changes.map((change, at) => [
    at === 0 ? stage : '',
    at === 0 ? time : '',
    paint('green', marks[change.action]),
    `${change.what}: ${change.why}`,
  ]);
}

function costLines({ cost }: Plan, paint: Paint): string[] {
  const parts = cost.month.map(({ what, usd }) => `${what} ${usd === undefined ? 'unknown' : usd.toFixed(2)}`);
  const rollUsd = cost.rollUsd < 0.01 ? 'less than 0.01' : cost.rollUsd.toFixed(2);
  const roll = cost.roll.length === 0 ? '' : `, and ${rollUsd} USD for this deploy`;
  const gap = cost.unknown.length === 0 ? '' : ' without what is unknown (`redeploy plan --prices` looks it up)';
  return [
    `about ${cost.monthUsd.toFixed(2)} USD a month${roll}${gap}; prices of ${cost.pricesOf}`,
    ...[parts.join(', '), `by use: ${cost.byUse.join(', ')}`].map((line) => `  ${paint('dim', line)}`),
  ];
}
