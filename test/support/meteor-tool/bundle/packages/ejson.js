// Dates and binary data as EJSON writes them.
const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function toJSONValue(value) {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $binary: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(toJSONValue);
  return isPlain(value) ? mapValues(value, toJSONValue) : value;
}

function fromJSONValue(value) {
  if (Array.isArray(value)) return value.map(fromJSONValue);
  if (!isPlain(value)) return value;
  const names = Object.keys(value);
  if (names.length === 1 && names[0] === '$date') return new Date(value.$date);
  if (names.length === 1 && names[0] === '$binary') return new Uint8Array(Buffer.from(value.$binary, 'base64'));
  return mapValues(value, fromJSONValue);
}

function mapValues(value, change) {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner)]));
}

const stringify = (value) => JSON.stringify(toJSONValue(value));
const parse = (text) => fromJSONValue(JSON.parse(text));
const equals = (a, b) => stringify(a) === stringify(b);

Package.ejson = {
  EJSON: { toJSONValue, fromJSONValue, stringify, parse, equals, clone: (value) => parse(stringify(value)) },
};
