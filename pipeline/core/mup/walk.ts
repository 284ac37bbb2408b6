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
  const own = rule ? [judged(all, place, value, { rule, names })] : [];
  if (rule && !rule.goesOn) return own;
  return [...own, ...(hasParts ? visitParts(all, place, value, own.length === 0) : [unknown(all, place, value)])];
}

function visitParts(all: Walk, place: Place, value: Raw, isUntold: boolean): Finding[] {
  const parts = partsOf(place, value);
  if (parts === undefined) return isUntold ? [misplaced(place, value)] : [];
  const found = parts.flatMap(([part, inside]) => visit(all, part, inside));
  return found.length === 0 && isUntold ? [finding(place, 'dropped', 'it is empty', value)] : found;
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

function judged(all: Walk, place: Place, value: Raw, { rule, names }: { rule: Rule; names: string[] }): Finding {
  const { config, environment } = all;
  const fitting = coerced(value, rule.type);
  const isKnown = rule.isUnknownToMup !== true;
  const visible = rule.isSecret ? '(secret)' : shown(value);
  const common = { key: place.key, rule: rule.key, isKnown };
  if (fitting === undefined && rule.outcome !== 'dropped') {
    const verdict: Verdict = {
      outcome: 'needs you',
      why: `mup wants ${article[rule.type]} here, so nothing was made of it`,
    };
    return { verdict, row: { ...common, ...verdict, value: visible } };
  }
  const name = place.path.at(-1) ?? '';
  const own = rule.judge?.({ value: fitting ?? value, text: textOf(value), name, names, config, environment });
  const verdict = acceptable({ outcome: rule.outcome, why: rule.why, ...own });
  const note = fitting === value || fitting === undefined ? '' : ` (mup wants ${article[rule.type]}, not a text)`;
  return {
    verdict,
    row: { ...common, outcome: verdict.outcome, why: verdict.why + note, value: verdict.shown ?? visible },
  };
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
