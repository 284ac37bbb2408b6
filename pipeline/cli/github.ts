import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import type { Event, Report } from '../core/event.ts';
import { durationText } from '../core/duration.ts';
import { annotation } from '../edge/terminal/workflow-commands.ts';
import type { Failure } from './failure.ts';
import type { Io } from './io.ts';
import type { Shown } from './shown.ts';

/** What a GitHub Actions job learns of a run, beyond its log: outputs of the step, a summary, an annotation of the failure. */
export interface Job {
  report: Report;
  succeeded(shown: Shown): Promise<void>;
  failed(failure: Failure): Promise<void>;
}

/** The job that we run in; undefined elsewhere. https://docs.github.com/en/actions/reference/variables-reference */
export function findJob(io: Io, title: string, isJson: boolean): Job | undefined {
  if (io.env['GITHUB_ACTIONS'] !== 'true') return undefined;
  const rows: string[][] = [];
  const finish = (parts: SummaryParts) => append(io.env['GITHUB_STEP_SUMMARY'], summaryOf({ ...parts, title }, rows));
  return {
    report: (event) => rows.push(...rowsOf(event)),
    succeeded: async (shown) => {
      await append(io.env['GITHUB_OUTPUT'], outputsOf(shown.document));
      await finish({ mark: '✅', lines: shown.lines((_, text) => text), hint: undefined });
    },
    failed: async ({ document: { message, hint, lines = [] } }) => {
      const said = [message, ...(hint === undefined ? [] : [`hint: ${hint}`])].join('\n');
      if (!isJson) io.stderr.write(`${annotation('error', `${title} failed`, said)}\n`);
      await finish({ mark: '❌', lines: [message, ...lines.map((line) => `    ${line}`)], hint });
    },
  };
}

interface SummaryParts {
  mark: string;
  lines: readonly string[];
  hint: string | undefined;
}

function rowsOf(event: Event): string[][] {
  if (event.kind === 'step-reused') return [['✔', event.step, '', event.detail]];
  if (event.kind === 'step-finished') return [['✔', event.step, durationText(event.ms), event.detail ?? '']];
  if (event.kind === 'step-failed') return [['✖', event.step, durationText(event.ms), event.message]];
  return event.kind === 'warning' ? [['!', 'warning', '', event.message]] : [];
}

/** Markdown: what the command printed, then its steps. */
function summaryOf({ mark, title, lines, hint }: SummaryParts & { title: string }, rows: string[][]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const table = [['', 'step', 'time', ''], ['-', '-', '-', '-'], ...rows.map((row) => row.map(cell))];
  return [
    `### ${mark} ${title}`,
    ...(text === '' ? [] : ['', fence, text, fence]),
    ...(hint === undefined ? [] : ['', `**Next:** ${cell(hint)}`]),
    ...(rows.length === 0 ? [] : ['', ...table.map((row) => `| ${row.join(' | ')} |`)]),
    '',
    '',
  ].join('\n');
}

const cell = (text: string): string =>
  (text.split('\n', 1)[0] ?? '').replace(/[\\|<>*_[\]`#]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The plain values at the top of the result: `settingsVersion` becomes the output `settings-version`. */
function outputsOf(document: unknown): string {
  if (typeof document !== 'object' || document === null) return '';
  return Object.entries(document)
    .filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    )
    .map(([key, value]) => {
      const end = randomUUID();
      return `${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}<<${end}\n${value}\n${end}\n`;
    })
    .join('');
}

async function append(file: string | undefined, text: string): Promise<void> {
  if (file !== undefined && file !== '' && text !== '') await appendFile(file, text);
}
