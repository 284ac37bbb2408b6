import type { MupImport } from '../../commands/init-from-mup.ts';
import type { Row } from '../../core/mup/walk.ts';
import { outcomes, type Outcome } from '../../core/mup/rule.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { fit, tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';

const styles = { carried: 'green', mapped: 'green', dropped: 'dim', 'needs you': 'yellow' } as const;

/** `redeploy init --from-mup`: what becomes of each key, with what needs the user last, next to what they do next. */
export const showMupImport = (made: MupImport): Shown => ({
  document: made,
  lines: (paint) => [
    ...outcomes.flatMap((outcome) => section(outcome, made.rows, paint)),
    `${made.app} will be deployed to ${made.region} as ${made.environment}; in ${made.directory}:`,
    ...made.files.flatMap(({ name, outcome, details }) => [
      `  ${name}  ${paint(outcome === 'kept' ? 'yellow' : 'dim', words[outcome])}`,
      ...details.map((detail) => `      ${detail}`),
    ]),
    ...(made.isMeteor
      ? []
      : ['', 'That is no Meteor app (no .meteor/release); --app-dir names the directory of the app.']),
    '',
    ...next(made),
  ],
});

const words = {
  written: 'written',
  extended: 'added to it:',
  same: 'already so, unchanged',
  kept: 'kept as it is; it differs (move it away to have it written anew):',
};

function section(outcome: Outcome, rows: readonly Row[], paint: Paint): string[] {
  const own = grouped(rows.filter((row) => row.outcome === outcome));
  if (own.length === 0) return [];
  const cells = own.map(({ key, value, why }) => [key, fit(value, 40), why]);
  return [paint(styles[outcome], outcome), ...tableLines(cells, '  '), ''];
}

/** Rows that say the same of several servers, and the like, are one line. */
function grouped(rows: readonly Row[]): Pick<Row, 'key' | 'value' | 'why'>[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.rule ?? row.key}\n${row.why}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first, ...more] = all;
    const isRepeated = first?.rule !== undefined && more.length > 0 && first.outcome === 'dropped';
    return isRepeated ? [{ key: first.rule ?? '', value: '', why: `${first.why} (${all.length} times)` }] : all;
  });
}

function next({ rows, files, environment, isOnlyEnvironment }: MupImport): string[] {
  if (files.every(({ outcome }) => outcome === 'same')) return ['Nothing has changed.'];
  const open = rows.filter(({ outcome }) => outcome === 'needs you').length;
  const deploy = `redeploy deploy${isOnlyEnvironment ? '' : ` -e ${environment}`}`;
  const steps = [
    ...(open === 0 ? [] : [`see to ${open === 1 ? 'the line' : `the ${open} lines`} under "needs you"`]),
    `look at redeploy.json and settings/${environment}.env`,
    `rehearse on this machine: ${deploy} --sandbox`,
    `and for real: ${deploy}`,
  ];
  return ['Next:', ...steps.map((text, at) => `  ${at + 1}. ${text}`)];
}
