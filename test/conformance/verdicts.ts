import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Difference } from './differences.ts';

/** A row of the tables in docs/conformance.md. Every column but the last two is a list of patterns (`; ` between, `*` for anything). */
export interface Verdict extends Difference {
  page: string;
  verdict: string;
}

const file = path.resolve(import.meta.dirname, '../../docs/conformance.md');
const columns = ['Operation', 'Case', 'Member', 'Ours', 'Theirs', 'Documentation', 'Verdict'];

/** Reads the tables of all services. Throws when a row lacks a column, a page or a verdict. */
export async function readVerdicts(): Promise<Verdict[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const verdicts: Verdict[] = [];
  let isInTable = false;
  for (const line of lines) {
    if (line.startsWith(`| ${columns[0]} | ${columns[1]} |`)) isInTable = true;
    else if (!line.startsWith('|')) isInTable = false;
    else if (isInTable && !line.startsWith('|---')) verdicts.push(verdictOf(line));
  }
  if (verdicts.length === 0) throw new Error(`${file} has no table that begins with ${columns.join(', ')}`);
  return verdicts;
}

function verdictOf(line: string): Verdict {
  const cells = line.split('|').slice(1, -1);
  const [operation = '', name = '', member = '', ours = '', theirs = '', page = '', verdict = ''] = cells.map((cell) =>
    cell.trim().replaceAll('`', ''),
  );
  const isPage = /^https:\/\/docs\.aws\.amazon\.com\/\S+$/.test(page);
  if (cells.length !== columns.length || !isPage || !verdict) throw new Error(`not a verdict: ${line}`);
  return { operation, case: name, member, ours, theirs, page, verdict };
}

/** What the models say against an answer of the sandbox is judged like any other difference. */
export function spoken(violation: string): Difference {
  const [operation = '', ours = ''] = violation.split(/ answer (.*)/s);
  return { operation, case: '(model)', member: '(model)', ours, theirs: 'botocore: against its model' };
}

/** Those of the models' violations that no row judges: in these the sandbox, or who asked it, is wrong. */
export async function unjudged(violations: string[]): Promise<string[]> {
  if (violations.length === 0) return [];
  const verdicts = await readVerdicts();
  return violations.filter((violation) => judge([spoken(violation)], verdicts).open.length > 0);
}

/** The differences that no row judges, and the rows that judge nothing. */
export function judge(differences: Difference[], verdicts: Verdict[]): { open: string[]; stale: string[] } {
  const used = new Set<Verdict>();
  const open = differences.filter((difference) => {
    const fitting = verdicts.filter((verdict) => fits(verdict, difference));
    for (const verdict of fitting) used.add(verdict);
    return fitting.length === 0;
  });
  return {
    open: open.map(rowOf),
    stale: verdicts.filter((verdict) => !used.has(verdict)).map(rowOf),
  };
}

const rowOf = (one: Difference): string =>
  `${one.operation} | ${one.case} | ${one.member} | ${one.ours} | ${one.theirs}`;

const keys = ['operation', 'case', 'member', 'ours', 'theirs'] as const;

const fits = (verdict: Verdict, difference: Difference): boolean =>
  keys.every((key) => verdict[key].split('; ').some((pattern) => matches(pattern, plain(difference[key]))));

/** Bars and backticks would end a cell. */
const plain = (text: string): string => text.replaceAll(/[|`]/g, '/').trim();

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
