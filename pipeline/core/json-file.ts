import { DeployError } from './errors.ts';

/**
 * Parses strict JSON. Throws `settings` naming file, line and column, never quoting the text: it may hold secrets.
 */
export function readJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DeployError('settings', `${file} is not valid JSON${placeOf(error, text)}`, {
      hint: 'JSON has no comments and no trailing commas; an editor shows the place',
    });
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position === undefined) return text.trim() === '' ? ': it is empty' : ': it ends too early';
  const before = text.slice(0, Number(position)).split('\n');
  return `: line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
