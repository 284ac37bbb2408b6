import { matches } from './pattern.ts';

/** Condition keys of a request, in lower case, with their values. A key that is not in it is not in the request. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** A `Condition` block: operator -> key -> values. */
export type Conditions = Record<string, Record<string, unknown>>;

type Test = (actual: string, wanted: string) => boolean;

const equals: Test = (actual, wanted) => actual === wanted;
const sameWord: Test = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const like: Test = (actual, wanted) => matches(wanted, actual);
const arnLike: Test = (actual, wanted) => matches(wanted, actual, { isArn: true });
const compared =
  (holds: (difference: number) => boolean): Test =>
  (actual, wanted) =>
    holds(Number(actual) - Number(wanted));

/** What the operators ask; the `Not` forms and NumericNotEquals are the same question answered the other way. */
const tests: Record<string, Test> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: sameWord,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: sameWord,
  NumericEquals: compared((difference) => difference === 0),
  NumericLessThan: compared((difference) => difference < 0),
  NumericLessThanEquals: compared((difference) => difference <= 0),
  NumericGreaterThan: compared((difference) => difference > 0),
  NumericGreaterThanEquals: compared((difference) => difference >= 0),
};

interface Operator {
  quantifier: string | undefined;
  test: Test;
  isNegated: boolean;
  isIfExists: boolean;
}

/** reference_policies_elements_condition_operators.html. Undefined for operators that the sandbox does not know (dates, addresses). */
function readOperator(written: string): Operator | undefined {
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const isNegated = name.includes('Not');
  const test = tests[name.replace('Not', '')];
  return test && { quantifier, test, isNegated, isIfExists: ifExists !== undefined };
}

/** Those that the sandbox cannot judge. */
export const unknownOperators = (operators: string[]): string[] =>
  operators.filter((operator) => operator !== 'Null' && readOperator(operator) === undefined);

/** Whether all conditions hold for a request. An unknown operator never holds. */
export function conditionsHold(conditions: Conditions, context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(wanted), context.get(key.toLowerCase()))),
  );
}

/** A policy may write one value or a list, and numbers and booleans without quotes. */
export const valuesOf = (written: unknown): string[] => (Array.isArray(written) ? written : [written]).map(String);

function holds(written: string, wanted: string[], actual: readonly string[] | undefined): boolean {
  if (written === 'Null') return wanted.includes(String(actual === undefined));
  const operator = readOperator(written);
  if (!operator) return false;
  const { quantifier, test, isNegated, isIfExists } = operator;
  const fits = (value: string) => wanted.some((one) => test(value, one)) !== isNegated;
  // reference_policies_condition-single-vs-multi-valued-context-keys.html: of no values, all fit and none does.
  if (quantifier === 'ForAllValues') return (actual ?? []).every(fits);
  if (quantifier === 'ForAnyValue') return (actual ?? []).some(fits);
  if (actual === undefined) return isIfExists || isNegated;
  return actual.every(fits);
}
