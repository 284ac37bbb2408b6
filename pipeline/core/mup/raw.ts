/** What mup.js exports, as far as it is data; everything else is named by `Strange`. */
export type Raw = string | number | boolean | null | Raw[] | RawRecord | Strange;
export interface RawRecord {
  [key: string]: Raw;
}

const kind = Symbol('strange');

/** A value that is no data: `undefined`, `function`, `circular`, or the name of its class. */
export interface Strange {
  readonly [kind]: string;
}

/** How the child process that evaluates mup.js tells about values, since JSON loses what matters here. */
export type Told =
  | { data: string | number | boolean | null }
  | { list: Told[] }
  | { record: [string, Told][] }
  | { strange: string };

export function untold(told: Told): Raw {
  if ('data' in told) return told.data;
  if ('list' in told) return told.list.map(untold);
  // Defined, not assigned: a key `__proto__` is a key like any other.
  if ('record' in told) return Object.fromEntries(told.record.map(([key, value]) => [key, untold(value)]));
  return { [kind]: told.strange };
}

export const strangeness = (value: Raw | undefined): string | undefined =>
  typeof value === 'object' && value !== null && kind in value ? value[kind] : undefined;

export const isRecord = (value: Raw | undefined): value is RawRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && strangeness(value) === undefined;

/** The value at a path, if it is there. */
export function at(value: Raw | undefined, ...path: string[]): Raw | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, key) ? at(value[key], ...rest) : undefined;
}

export const textAt = (value: Raw | undefined, ...path: string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

/** `null` as mup writes it; empty for lists and objects. */
export const textOf = (value: Raw): string => (typeof value === 'object' && value !== null ? '' : String(value));

/** A value for the table: short, and without the password of a URL. Objects show their keys only. */
export function shown(value: Raw): string {
  const strange = strangeness(value);
  if (strange !== undefined) return strange;
  if (Array.isArray(value)) return value.length === 1 ? '1 element' : `${value.length} elements`;
  if (isRecord(value)) return Object.keys(value).join(', ') || '{}';
  const line = textOf(value)
    .replace(/\/\/[^@/\s]*@/g, '//…@')
    .replace(/\s+/g, ' ');
  return line.length <= 40 ? line : `${line.slice(0, 39)}…`;
}
