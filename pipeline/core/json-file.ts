import { DeployError } from './errors.ts';

/**
 * Parses strict JSON. Throws `settings` naming file, line and column, never quoting the text: it may hold secrets.
 */
export function readJson(file: string, written: string): unknown {
  const text = written.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch {
    throw new DeployError('settings', `${file} is not valid JSON: ${placeOf(text)}`, {
      hint: 'JSON has no comments and no trailing commas; an editor shows the place',
    });
  }
}

function placeOf(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const position = firstBad(text);
  if (position >= text.trimEnd().length) return 'it ends too early';
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * Index of the first character that no JSON can have there. Engines name the position for some mistakes only and quote the
 * text for the others, so it is searched: a beginning is good as long as nothing but its end is wrong with it.
 */
function firstBad(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function canGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.startsWith('Unexpected end') : Number(position) === beginning.length;
  }
}
