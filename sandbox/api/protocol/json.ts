import { refuse } from './refusal.ts';
import { blobFrom, scalarName } from './scalar.ts';
import { requiredMembers, type Shape } from './schemas.ts';

/** Decodes an `application/x-amz-json-1.x` body; throws SerializationException and ValidationException as AWS does. */
export function decodeJson(input: Shape, body: string): Record<string, unknown> {
  if (!input.isStructSchema()) return {};
  let parsed: unknown;
  try {
    parsed = body === '' ? {} : JSON.parse(body);
  } catch {
    throw refuse('json', { kind: 'type', path: 'body', value: 'text', wanted: 'JSON' });
  }
  return decodeStruct(input, parsed, '');
}

const typeError = (path: string, value: unknown, wanted: string) =>
  refuse('json', { kind: 'type', path: path || 'body', value: Array.isArray(value) ? 'array' : typeof value, wanted });

function objectOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw typeError(path, value, 'an object');
  return value as Record<string, unknown>;
}

function decode(shape: Shape, value: unknown, path: string): unknown {
  if (shape.isStructSchema()) return decodeStruct(shape, value, path);
  if (shape.isDocumentSchema()) return value;
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw typeError(path, value, 'a list');
    return value.map((item, index) => decode(shape.getValueSchema(), item, `${path}.${index + 1}.member`));
  }
  if (shape.isMapSchema()) {
    const entries = Object.entries(objectOf(value, path)).filter(([, item]) => item !== null);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, decode(shape.getValueSchema(), item, `${path}.${key}`)]),
    );
  }
  return decodeScalar(shape, value, path);
}

function decodeStruct(shape: Shape, value: unknown, path: string): Record<string, unknown> {
  const unseen = new Map(Object.entries(objectOf(value, path)));
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const out: Record<string, unknown> = {};
  for (const [name, member] of shape.structIterator()) {
    const found = unseen.get(name);
    unseen.delete(name);
    if (found !== undefined && found !== null) out[name] = decode(member, found, at(name));
  }
  const [unknown] = unseen.keys();
  if (unknown !== undefined) throw refuse('json', { kind: 'unknown', path: at(unknown) });
  const missing = requiredMembers(shape).find((name) => out[name] === undefined);
  if (missing !== undefined) throw refuse('json', { kind: 'missing', path: at(missing) });
  return out;
}

function decodeScalar(shape: Shape, value: unknown, path: string): unknown {
  const decoded = readScalar(shape, value);
  if (decoded === undefined) throw typeError(path, value, scalarName(shape));
  return decoded;
}

function readScalar(shape: Shape, value: unknown): unknown {
  if (shape.isStringSchema()) return typeof value === 'string' ? value : undefined;
  if (shape.isBooleanSchema()) return typeof value === 'boolean' ? value : undefined;
  if (shape.isBlobSchema()) return typeof value === 'string' ? blobFrom(value) : undefined;
  if (typeof value !== 'number') return undefined;
  return shape.isTimestampSchema() ? new Date(value * 1000) : value;
}

/** Turns a handler's answer into what goes into the JSON body: epoch seconds, base64 blobs, no unknown members. */
export function encodeJson(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (shape.isStructSchema()) return encodeStruct(shape, value as Record<string, unknown>);
  if (shape.isListSchema()) return (value as unknown[]).map((item) => encodeJson(shape.getValueSchema(), item));
  if (shape.isMapSchema()) {
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, item]) => [key, encodeJson(shape.getValueSchema(), item)]));
  }
  return value;
}

function encodeStruct(shape: Shape, value: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of shape.structIterator()) {
    if (value[name] !== undefined) out[name] = encodeJson(member, value[name]);
  }
  return out;
}
