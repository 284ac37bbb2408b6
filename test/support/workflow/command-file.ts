import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

// The files through which a step speaks to its runner, and the commands in its log.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

export const fileNames = ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] as const;
export type FileName = (typeof fileNames)[number];

/** Empty files for one step, and the variables that name them. */
export async function openFiles(directory: string, step: number): Promise<Record<FileName, string>> {
  const entries = fileNames.map((name) => [name, path.join(directory, `${name.toLowerCase()}-${step}`)] as const);
  for (const [, file] of entries) await writeFile(file, '');
  return Object.fromEntries(entries) as Record<FileName, string>;
}

/** `name=value` and `name<<END … END`. */
export async function readPairs(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const pairs: Record<string, string> = {};
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name = '', mark = '', rest = ''] = /^([^=<]+)(<<|=)(.*)$/s.exec(line) ?? [];
    if (mark === '') continue;
    const end = mark === '<<' ? lines.indexOf(rest, at + 1) : at;
    if (end < 0) throw new Error(`${file}: "${name}" has no end`);
    pairs[name] = mark === '<<' ? lines.slice(at + 1, end).join('\n') : rest;
    at = end;
  }
  return pairs;
}

export interface Annotation {
  level: string;
  title: string;
  message: string;
}

/** What the runner would take for annotations: commands count only while they are not stopped. */
export function annotationsIn(log: string): Annotation[] {
  let token: string | undefined;
  return log.split('\n').flatMap((raw) => {
    const line = raw.trimStart();
    const stop = /^::stop-commands::(.+)$/.exec(line)?.[1];
    if (token === undefined && stop !== undefined) token = stop;
    else if (token !== undefined && line === `::${token}::`) token = undefined;
    const [, level = '', title = '', message = ''] =
      /^::(error|warning|notice)(?: title=([^:]*))?::(.*)$/.exec(line) ?? [];
    return token === undefined && level !== '' ? [{ level, title: plain(title), message: plain(message) }] : [];
  });
}

const signs: Record<string, string> = { '%0A': '\n', '%0D': '\r', '%3A': ':', '%2C': ',', '%25': '%' };
const plain = (text: string): string => text.replace(/%(0A|0D|3A|2C|25)/g, (code) => signs[code] ?? code);
