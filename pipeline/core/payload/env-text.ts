import { parse } from 'dotenv';

/** A text of NAME=value lines as dotenv reads it, and every place where it would say something else than what is written. */
export interface EnvReading {
  values: Record<string, string>;
  /** `line 3: …`; names, never values. */
  mistakes: string[];
}

type Value = { text: string; endsAt: number } | { mistake: string; endsAt: number };

const assignment = /[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:(?=[ \t]))[ \t]*/y;
const nothing = /[ \t]*(?:#.*)?(?=\n|$)/y;
const quotes = new Set(["'", '"', '`']);

/**
 * dotenv never fails: it skips lines that it does not understand, cuts values at a #, keeps half a pair of quotes and lets the
 * last of two equal names win. Whoever wrote such a line finds out in production, so each of them is a mistake here.
 * Whatever is accepted is what dotenv makes of it: https://github.com/motdotla/dotenv#rules-and-parsing-engine-rules
 */
export function readEnvText(written: string): EnvReading {
  const text = written.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const values: Record<string, string> = {};
  const lines = new Map<string, number>();
  const mistakes: string[] = [];
  for (let at = 0, line = 1; at < text.length;) {
    const entry = entryAt(text, at);
    const place = `line ${line}: `;
    if ('mistake' in entry) mistakes.push(place + entry.mistake);
    else if (entry.name !== undefined) {
      const before = lines.get(entry.name);
      if (before !== undefined) mistakes.push(`${place}${entry.name} stands in line ${before}, too; keep one of them`);
      lines.set(entry.name, line);
      values[entry.name] = entry.text;
    }
    line += text.slice(at, entry.endsAt).split('\n').length;
    at = entry.endsAt + 1;
  }
  return { values, mistakes: mistakes.length > 0 ? mistakes : differences(text, values) };
}

type Entry = Value & { name?: string | undefined };

/** The line that begins at `at`, or the lines that a quoted value takes. */
function entryAt(text: string, at: number): Entry {
  nothing.lastIndex = at;
  if (nothing.test(text)) return { text: '', endsAt: nothing.lastIndex };
  assignment.lastIndex = at;
  const name = assignment.exec(text)?.[1];
  if (name === undefined) {
    const mistake = 'it is no NAME=value; a value of several lines needs quotes around all of it';
    return { mistake, endsAt: endOfLine(text, at) };
  }
  if (name === '__proto__') return { mistake: '__proto__ is no name for a variable', endsAt: endOfLine(text, at) };
  const begin = assignment.lastIndex;
  const value = quotes.has(text.charAt(begin)) ? quoted(text, begin) : unquoted(text, begin);
  if ('mistake' in value) return { ...value, mistake: `${name} ${value.mistake}` };
  const mistake = mistakeOf(text.charAt(begin), value.text);
  return mistake === undefined ? { ...value, name } : { mistake: `${name} ${mistake}`, endsAt: value.endsAt };
}

function quoted(text: string, begin: number): Value {
  const quote = text.charAt(begin);
  const end = text.indexOf(quote, begin + 1);
  if (end === -1) return { mistake: `has no closing ${quote}`, endsAt: endOfLine(text, begin) };
  if (text.charAt(end - 1) === '\\') {
    const mistake = `has \\${quote} between ${quote}, which dotenv keeps with its backslash; use another kind of quotes`;
    return { mistake, endsAt: endOfLine(text, end) };
  }
  nothing.lastIndex = end + 1;
  if (!nothing.test(text)) {
    return { mistake: `goes on after the closing ${quote}; ${otherForms}`, endsAt: endOfLine(text, end) };
  }
  const inside = text.slice(begin + 1, end);
  if (quote !== '"') return { text: inside, endsAt: nothing.lastIndex };
  if (/\\\\[nr]/.test(inside)) {
    const mistake =
      'has \\\\n or \\\\r between ", where dotenv makes a line break after a backslash of it; use single quotes';
    return { mistake, endsAt: nothing.lastIndex };
  }
  return { text: inside.replaceAll('\\n', '\n').replaceAll('\\r', '\r'), endsAt: nothing.lastIndex };
}

function unquoted(text: string, begin: number): Value {
  const endsAt = endOfLine(text, begin);
  const line = text.slice(begin, endsAt);
  const comment = line.indexOf('#');
  if (comment === -1) return { text: line.replace(/[ \t]+$/, ''), endsAt };
  if (!/[ \t]/.test(text.charAt(begin + comment - 1)))
    return { mistake: `has a # in it, where dotenv ends the value; ${otherForms}`, endsAt };
  return { text: line.slice(0, comment).replace(/[ \t]+$/, ''), endsAt };
}

/** What other tools would fill in, dotenv hands over as it stands: nobody can mean both. */
function mistakeOf(quote: string, value: string): string | undefined {
  if (value.includes('\0')) return 'has a NUL character, which no variable can carry';
  const isLiteral = quote === "'" || quote === '`';
  const filled = isLiteral ? undefined : /\$\{(?=[A-Za-z_])|\$\((?=[^)]*\))/.exec(value)?.[0];
  if (filled === undefined) return undefined;
  return `has ${filled} in it, and nothing is filled in there: write the value itself, or use single quotes if these very characters are meant`;
}

const otherForms = 'put all of the value between quotes of a kind that it does not hold';

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
};

/** The last word is dotenv's own: what it reads otherwise (odd blanks, a lone carriage return) is refused as well. */
function differences(text: string, values: Record<string, string>): string[] {
  const read = parse(text);
  const names = [...new Set([...Object.keys(read), ...Object.keys(values)])];
  return names
    .filter((name) => !Object.hasOwn(read, name) || read[name] !== values[name])
    .map((name) => `${name} is read by dotenv otherwise than it is written: put its value between quotes`);
}
