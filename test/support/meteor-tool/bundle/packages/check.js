// The patterns that small apps use: constructors, null, Match.Any, Match.Where, Match.Maybe, arrays and plain objects.
const { Meteor } = Package.meteor;

class MatchError extends Error {
  constructor(message) {
    super(`Match error: ${message}`);
    this.errorType = 'Match.Error';
    this.sanitizedError = new Meteor.Error(400, 'Match failed');
  }
}

const Any = { test: () => true };
const Where = (test) => ({ test });
const Maybe = (pattern) => ({ test: (value) => value === undefined || value === null || matches(value, pattern) });

const PRIMITIVES = new Map([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [Function, 'function'],
]);

function matches(value, pattern) {
  if (PRIMITIVES.has(pattern)) return typeof value === PRIMITIVES.get(pattern);
  if (typeof pattern === 'function') return value instanceof pattern;
  if (Array.isArray(pattern)) return Array.isArray(value) && value.every((one) => matches(one, pattern[0]));
  if (pattern && typeof pattern.test === 'function') return pattern.test(value);
  if (pattern && typeof pattern === 'object') return matchesObject(value, pattern);
  return value === pattern;
}

function matchesObject(value, pattern) {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.keys(pattern);
  return (
    Object.keys(value).every((name) => names.includes(name)) &&
    names.every((name) => matches(value[name], pattern[name]))
  );
}

Package.check = {
  check(value, pattern) {
    if (!matches(value, pattern)) throw new MatchError('failed');
  },
  Match: { Any, Where, Maybe, Optional: Maybe, Error: MatchError, test: matches },
};
