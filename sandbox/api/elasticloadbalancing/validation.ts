import { AwsError } from '../error.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** A check that a value is a whole number in a range. */
export const between = (from: number, to: number) => (value: string | number, what: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || String(value).trim() === '' || number < from || number > to) {
    throw invalid(`'${what}' must be between ${from} and ${to}, but is '${value}'`);
  }
};

/** A check that a value is one of some words. */
export const oneOf =
  (...words: string[]) =>
  (value: string, what: string) => {
    if (!words.includes(value)) throw invalid(`'${what}' must be one of ${words.join(', ')}, but is '${value}'`);
  };

/** Names of load balancers and target groups: 32 letters, digits and inner hyphens. */
export function checkName(name: string, what: string): void {
  if (name.length > 32) throw invalid(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw invalid(`${what} name '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`);
  }
  if (/^-|-$/.test(name)) throw invalid(`${what} name '${name}' cannot begin or end with a hyphen(-)`);
  if (name.startsWith('internal-')) throw invalid(`${what} name '${name}' cannot begin with 'internal-'`);
}

/** `200`, `200,202`, `200-299` or a mix, all within 200-499. */
export function checkMatcher(matcher: string): void {
  const numbers = matcher.split(/[,-]/).map(Number);
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(matcher) || numbers.some((code) => code < 200 || code > 499)) {
    throw invalid(`Health check matcher HTTP code '${matcher}' must be within '200-499' inclusive`);
  }
}
