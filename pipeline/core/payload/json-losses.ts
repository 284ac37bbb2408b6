/** Texts (those before a colon are keys), numbers, and what opens, closes and parts. */
const token = /("(?:[^"\\]|\\.)*")(?=(\s*:)?)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|[{}[\],]/g;

interface Frame {
  /** Keys of an object so far; undefined for a list. */
  keys: Set<string> | undefined;
  /** Where we are in it. */
  at: string | number;
}

/**
 * What JSON.parse drops or changes without a word: the first of two equal keys, digits beyond what a number holds, the sign of
 * -0. The text is valid JSON. One line each, with place and key, never a value.
 */
export function findJsonLosses(text: string): string[] {
  const frames: Frame[] = [];
  const losses: string[] = [];
  const add = (index: number, what: string) => {
    const line = text.slice(0, index).split('\n').length;
    losses.push(`line ${line}: ${frames.map(({ at }) => at).join('.')} ${what}`);
  };
  for (const { index, 0: sign, 1: string, 2: colon, 3: number } of text.matchAll(token)) {
    if (number !== undefined) {
      if (!survives(number)) add(index, 'is a number that JavaScript cannot hold exactly; write it between quotes');
    } else if (string === undefined) walk(frames, sign);
    else if (colon !== undefined && !enter(frames, string)) add(index, 'is there twice; keep one of them');
  }
  return losses;
}

function walk(frames: Frame[], sign: string): void {
  if (sign === '{') frames.push({ keys: new Set(), at: '' });
  if (sign === '[') frames.push({ keys: undefined, at: 0 });
  if (sign === '}' || sign === ']') frames.pop();
  const frame = frames.at(-1);
  if (sign === ',' && typeof frame?.at === 'number') frame.at += 1;
}

/** False for a key that was there. */
function enter(frames: Frame[], written: string): boolean {
  const frame = frames.at(-1);
  if (!frame?.keys) return true;
  frame.at = JSON.parse(written) as string;
  if (frame.keys.has(frame.at)) return false;
  frame.keys.add(frame.at);
  return true;
}

/** Fractions are approximate everywhere, and people expect it; whole numbers are ids. */
function survives(written: string): boolean {
  const number = Number(written);
  const arrives = JSON.stringify(number);
  if (arrives === written) return true;
  if (!Object.is(Number(arrives), number)) return false;
  return !/^-?\d+$/.test(written) || BigInt(written) === BigInt(number);
}
