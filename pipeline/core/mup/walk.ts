import type { z } from 'zod';
import { blocks } from '../settings/blocks.ts';
import { isRecord, shown, strangeness, textOf, type Raw, type RawRecord } from './raw.ts';
import { coerced, type Outcome, type Rule, type Verdict } from './rule.ts';
import { match } from './rules.ts';

/** One line of the table. */
export interface Row {
  /** As it stands in mup.js. */
  key: string;
  /** The key of the rule, which many rows may share; undefined for what no rule is about. */
  rule: string | undefined;
  /** Never a secret. */
  value: string;
  outcome: Outcome;
  why: string;
  /** Whether `mup validate` knows the key. */
  isKnown: boolean;
}

export interface Finding {
  row: Row;
  verdict: Verdict;
}

interface Walk {
  config: RawRecord;
  environment: string;
  /** `meteor` where the app stands under its old name. */
  appKey: string;
  hasPlugins: boolean;
  hasOtherType: boolean;
}

/** A place in mup.js: `path` in the words of the rules, `key` in those of the file. */
interface Place {
  path: string[];
  key: string;
}

/** Each key of the configuration with what becomes of it, in the order of the file. */
export function walk(config: RawRecord, about: Omit<Walk, 'config'>): Finding[] {
  const all = { ...about, config };
  return Object.entries(config).flatMap(([name, value]) =>
    visit(all, { path: [name], key: name === 'app' ? all.appKey : name }, value),
  );
}

function visit(all: Walk, place: Place, value: Raw): Finding[] {
  if (strangeness(value) === 'undefined' && !isVariable(place)) return [];
  const { rule, names, hasParts } = match(place.path);
  const own = rule ? judged(all, place, value, { rule, names }) : [];
  if (rule && !rule.goesOn) return own;
  return [...own, ...(hasParts ? visitParts(all, place, value, own.length === 0) : [unknown(all, place, value)])];
}

function visitParts(all: Walk, place: Place, value: Raw, isUntold: boolean): Finding[] {
  const parts = partsOf(place, value);
  if (parts === undefined) return isUntold ? [misplaced(place, value)] : [];
  const found = parts.flatMap(([part, inside]) => visit(all, part, inside));
  // `one: {}` among the app's servers counts there, and says nothing else.
  const isCounted = match(place.path.slice(0, -1)).rule?.goesOn === true;
  return found.length === 0 && isUntold && !isCounted ? [finding(place, 'dropped', 'it is empty', value)] : found;
}

/** An undefined variable is a variable that was forgotten; any other undefined key is as good as absent. */
const isVariable = ({ path }: Place): boolean => path[0] === 'app' && path[1] === 'env' && path.length === 3;

function partsOf({ path, key }: Place, value: Raw): [Place, Raw][] | undefined {
  const { rule, hasParts } = match([...path, '[]']);
  const isList = rule !== undefined || hasParts;
  if (isList && Array.isArray(value)) {
    return value.map((element, at) => [{ path: [...path, '[]'], key: `${key}.${at}` }, element]);
  }
  if (isList || !isRecord(value)) return undefined;
  return Object.entries(value).map(([name, inside]) => [{ path: [...path, name], key: `${key}.${name}` }, inside]);
}

function judged(all: Walk, place: Place, value: Raw, matched: { rule: Rule; names: string[] }): Finding[] {
  const { rule } = matched;
  const whole = verdictOn(all, place, value, matched);
  const isKnown = rule.isUnknownToMup !== true;
  const one = (key: string, verdict: Verdict): Finding => {
    const { outcome, why } = verdict;
    const visible = verdict.shown ?? (rule.isSecret ? '(secret)' : shown(value));
    return { verdict, row: { key, rule: rule.key, value: visible, outcome, why, isKnown } };
  };
  return whole.parts?.map(({ name, verdict }) => one(`${place.key} ${name}`, verdict)) ?? [one(place.key, whole)];
}

function verdictOn(
  { config, environment }: Walk,
  { path }: Place,
  value: Raw,
  { rule, names }: { rule: Rule; names: string[] },
): Verdict {
  const { outcome, why, type } = rule;
  if (strangeness(value) === 'undefined') return { outcome: 'needs you', why: forgotten };
  const fitting = coerced(value, type);
  if (fitting === undefined && outcome !== 'dropped') {
    return { outcome: 'needs you', why: `mup wants ${article[type]} here, so nothing was made of it` };
  }
  const found = { value: fitting ?? value, text: textOf(value), name: path.at(-1) ?? '', names, config, environment };
  const verdict = acceptable({ outcome, why, ...rule.judge?.(found) });
  const isQuoted = fitting !== undefined && fitting !== value;
  return isQuoted ? { ...verdict, why: `${verdict.why} (mup wants ${article[type]}, not a text)` } : verdict;
}

/** What redeploy.json would refuse is left to the user. */
function acceptable(verdict: Verdict): Verdict {
  const [refused] = Object.entries(verdict.set ?? {}).flatMap(([key, value]) => refusal(key, value) ?? []);
  return refused === undefined
    ? verdict
    : { outcome: 'needs you', why: `redeploy.json does not take it as ${refused}` };
}

function refusal(key: string, value: unknown): string | undefined {
  const [block = '', name = ''] = key.split('.');
  const type = shapes[block]?.shape[name];
  if (type === undefined) return key;
  const { error } = type.safeParse(value);
  return error && `${key}: ${error.issues.map(({ message }) => message).join(', ')}`;
}

const shapes: Record<string, { shape: Record<string, z.ZodType> }> = blocks;

/** Of a variable that mup.js took from an environment that did not have it. */
export const forgotten = 'it was undefined when mup.js was evaluated: set it in the .env file';

const article = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
  any: 'something else',
};

/** A key that nobody knows. Its value may be anything, a password too. */
function unknown({ hasPlugins, hasOtherType }: Walk, place: Place, value: Raw): Finding {
  const kind = strangeness(value) ?? (isRecord(value) || Array.isArray(value) ? shown(value) : typeof value);
  const isOfPlugin = (hasPlugins && place.path.length === 1) || (hasOtherType && place.path[0] === 'app');
  const found = isOfPlugin
    ? finding(place, 'needs you', 'it belongs to a plugin of mup; see what it did for you', kind)
    : finding(place, 'dropped', 'mup does not know this key and ignores it; misspelt?', kind);
  return { ...found, row: { ...found.row, isKnown: isOfPlugin } };
}

const misplaced = (place: Place, value: Raw): Finding =>
  finding(
    place,
    'needs you',
    'mup wants its keys below it, so nothing was made of it',
    strangeness(value) ?? typeof value,
  );

function finding({ key }: Place, outcome: Outcome, why: string, value: Raw): Finding {
  return {
    verdict: { outcome, why },
    row: { key, rule: undefined, value: shown(value), outcome, why, isKnown: true },
  };
}
