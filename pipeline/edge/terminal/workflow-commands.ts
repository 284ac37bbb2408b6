import { randomUUID } from 'node:crypto';

// What GitHub's runner reads in a log as a command to itself.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

/** A line that makes an annotation of the job. */
export const annotation = (level: 'error' | 'warning', title: string, message: string): string =>
  `::${level} title=${escapeProperty(title)}::${escapeData(message)}`;

/**
 * Foreign words as they are: a line such as `::add-path::` or `##[set-output]` in what a build printed must reach nobody but
 * its reader. The token is new each time, so that no build can know it.
 */
export function guarded(lines: readonly string[], token: string = randomUUID()): string[] {
  return lines.length === 0 ? [] : [`::stop-commands::${token}`, ...lines, `::${token}::`];
}

/** Lines that the log shows folded. */
export const group = (title: string, lines: readonly string[]): string[] => [
  `::group::${escapeData(title)}`,
  ...guarded(lines),
  '::endgroup::',
];

/** As @actions/core does. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
