import { at, isRecord, textAt, type Raw } from './raw.ts';

export const outcomes = ['carried', 'mapped', 'dropped', 'needs you'] as const;
export type Outcome = (typeof outcomes)[number];

/** What becomes of one key of mup.js. */
export interface Verdict {
  outcome: Outcome;
  why: string;
  /** Keys of an environment in redeploy.json, as in `{'fleet.min': 2}`. */
  set?: Record<string, unknown>;
  /** Lines for the end of redeploy.json's lists, as in `{'image.buildInstructions': 'RUN …'}`. */
  add?: Record<string, unknown>;
  /** Variables for the .env file. */
  env?: Record<string, string>;
  /** More files, by what stands between the environment's name and their end: `mobile.json`. */
  files?: Record<string, string>;
  /** Several things in one value, each with a line of its own instead of this one. */
  parts?: { name: string; verdict: Verdict }[];
  /** Replaces the value in the table. */
  shown?: string;
}

/** One key as it was found. */
export interface Found {
  value: Raw;
  /** The value as a text; empty when it is a list or an object. */
  text: string;
  /** The last part of its key. */
  name: string;
  /** The names that stand for the `*` of the rule. */
  names: string[];
  /** The whole configuration, with `app` wherever it came from. */
  config: Raw;
  environment: string;
}

export type Type = 'string' | 'number' | 'boolean' | 'list' | 'object' | 'any';

/** What becomes of a key. The page docs/from-mup.md is made of these. */
export interface Rule {
  /** `servers.*.host`: `*` is any name, `[]` any element of a list. */
  key: string;
  type: Type;
  outcome: Outcome;
  why: string;
  /** Its value never shows. */
  isSecret?: boolean;
  /** Its parts have rules of their own. */
  goesOn?: boolean;
  /** mup reads it, but `mup validate` does not know it. */
  isUnknownToMup?: boolean;
  /** What differs from `outcome` and `why` for this very value. */
  judge?: (found: Found) => Partial<Verdict>;
}

type Words = [
  key: string,
  type: Type,
  why: string,
  more?: Pick<Rule, 'isSecret' | 'goesOn' | 'isUnknownToMup' | 'judge'>,
];

const rules =
  (outcome: Outcome) =>
  (...all: Words[]): Rule[] =>
    all.map(([key, type, why, more]) => Object.assign({ key, type, outcome, why }, more));

export const carried = rules('carried');
export const mapped = rules('mapped');
export const dropped = rules('dropped');
export const needsYou = rules('needs you');

/** A number or boolean in quotes is one all the same; undefined when the value is of another type. */
export const coerced = (value: Raw, type: Type): Raw | undefined => readers[type](value);

const readers: Record<Type, (value: Raw) => Raw | undefined> = {
  any: (value) => value,
  list: (value) => (Array.isArray(value) ? value : undefined),
  object: (value) => (isRecord(value) ? value : undefined),
  string: (value) => (typeof value === 'string' ? value : undefined),
  number: (value) => (isQuoted(value, /^\s*-?\d+(\.\d+)?\s*$/) ? Number(value) : only('number', value)),
  boolean: (value) => (isQuoted(value, /^(true|false)$/) ? value === 'true' : only('boolean', value)),
};

const isQuoted = (value: Raw, form: RegExp): boolean => typeof value === 'string' && form.test(value);
const only = (type: 'number' | 'boolean', value: Raw): Raw | undefined => (typeof value === type ? value : undefined);

/** Names of things that are no one else's business. */
export const soundsSecret = (text: string): boolean =>
  /pass(word|wd|phrase)?|secret|token|credential|api_?key|private_?key|access_?key|\/\/[^/\s@]+:[^/\s@]+@/i.test(text);

export const rootUrlOf = (config: Raw): URL | undefined => {
  const text = textAt(config, 'app', 'env', 'ROOT_URL');
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
};

export const hasProxy = (config: Raw): boolean => at(config, 'proxy') !== undefined;
