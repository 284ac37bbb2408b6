import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

// GitHub's own library evaluates what stands in ${{ }}.

export type Contexts = Record<string, unknown>;
type Scalar = string | number | boolean | null;

/** The value of an expression; `status` is what success() and failure() go by. */
export function evaluate(expression: string, contexts: Contexts, status: 'success' | 'failure'): Scalar {
  const answers = { success: status === 'success', failure: status === 'failure', always: true, cancelled: false };
  const functions = Object.entries(answers).map(([name, answer]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answer),
  }));
  const names = Object.keys(contexts);
  const tree = new Parser(new Lexer(expression).lex().tokens, names, functions).parse();
  const dictionary = new data.Dictionary(...names.map((key) => ({ key, value: toData(contexts[key]) })));
  const result = new Evaluator(tree, dictionary, new Map(functions.map((one) => [one.name, one]))).evaluate();
  return fromData(result);
}

/** Text with its ${{ }} filled in, as in `with` and `env`. */
export const interpolate = (text: string, contexts: Contexts, status: 'success' | 'failure'): string =>
  text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => textOf(evaluate(expression, contexts, status)));

/** An `if`: ${{ }} may be left out, and success() is meant unless another status is named. */
export function holds(condition: string | undefined, contexts: Contexts, status: 'success' | 'failure'): boolean {
  const written = (condition ?? '').trim().replace(/^\$\{\{(.*)\}\}$/s, '$1');
  const isAboutStatus = /\b(success|failure|always|cancelled)\(\)/.test(written);
  const whole = isAboutStatus ? written : ['success()', ...(written === '' ? [] : [`(${written})`])].join(' && ');
  const value = evaluate(whole, contexts, status);
  return value !== false && value !== '' && value !== 0 && value !== null;
}

const textOf = (value: Scalar): string => (value === null ? '' : String(value));

function toData(value: unknown): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map((one) => toData(one)));
  return new data.Dictionary(...Object.entries(value).map(([key, one]) => ({ key, value: toData(one) })));
}

function fromData(value: data.ExpressionData): Scalar {
  if (value instanceof data.BooleanData || value instanceof data.NumberData || value instanceof data.StringData) {
    return value.value;
  }
  return value instanceof data.Null ? null : value.coerceString();
}
