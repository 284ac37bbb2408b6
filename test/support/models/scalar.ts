import type { Shape } from './shape.ts';

/** What is wrong with a scalar as the wire carries it (text, or a JSON value); undefined when nothing is. */
export function wrongScalar(shape: Shape, value: unknown): string | undefined {
  return wrongType(shape, value) ?? wrongRange(shape, value) ?? wrongText(shape, value);
}

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const types: Partial<Record<Shape['type'], (value: unknown) => boolean>> = {
  integer: (value) => (typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(String(value))),
  long: (value) => (typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(String(value))),
  float: (value) => value !== '' && Number.isFinite(Number(value)),
  double: (value) => value !== '' && Number.isFinite(Number(value)),
  boolean: (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
  timestamp: (value) => typeof value === 'number' || iso.test(String(value)),
  string: (value) => typeof value === 'string',
  blob: (value) => typeof value === 'string',
};

function wrongType(shape: Shape, value: unknown): string | undefined {
  const isRight = types[shape.type];
  if (!isRight) return `${shape.type} expected, found a scalar`;
  return isRight(value) ? undefined : `${shown(shape, value)} is no ${shape.type}`;
}

const shown = ({ sensitive }: Shape, value: unknown): string => (sensitive ? 'a secret' : JSON.stringify(value));

function wrongRange({ type, min, max }: Shape, value: unknown): string | undefined {
  if (type === 'boolean' || type === 'timestamp' || type === 'blob') return undefined;
  const isText = type === 'string' || type === 'character';
  const size = isText ? Array.from(String(value)).length : Number(value);
  const what = isText ? `length ${size}` : `value ${size}`;
  if (min !== undefined && size < min) return `${what} is under ${min}`;
  return max !== undefined && size > max ? `${what} is over ${max}` : undefined;
}

const patterns = new Map<string, RegExp | undefined>();

/** Patterns are Java's; a few do not compile here and are skipped (`unreadablePatterns`). They are not anchored (Smithy). */
function compiled(pattern: string): RegExp | undefined {
  if (!patterns.has(pattern)) patterns.set(pattern, compile(pattern));
  return patterns.get(pattern);
}

function compile(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // the next flags
    }
  }
  return undefined;
}

/** Patterns of the model that JavaScript cannot read. */
export const unreadablePatterns = (): string[] =>
  [...patterns].filter(([, regexp]) => regexp === undefined).map(([pattern]) => pattern);

function wrongText(shape: Shape, value: unknown): string | undefined {
  if (shape.type !== 'string') return undefined;
  const text = String(value);
  if (shape.enum && !shape.enum.includes(text))
    return `${shown(shape, text)} is none of the enum (${shape.enum.slice(0, 8).join(', ')})`;
  if (shape.pattern === undefined) return undefined;
  return compiled(shape.pattern)?.test(text) === false
    ? `${shown(shape, text)} does not match ${shape.pattern}`
    : undefined;
}
