import type { Protocol } from '../service.ts';
import { numberedChildren, type FormNode } from './form.ts';
import { refuse } from './refusal.ts';
import { scalarFromText, scalarName } from './scalar.ts';
import { requiredMembers, type Shape } from './schemas.ts';

type Query = Extract<Protocol, 'query' | 'ec2'>;

/** Members of every query request that are not the operation's. */
const envelope = new Set(['Action', 'Version']);

/** Decodes a form into an operation's input; throws what AWS answers for unknown, missing and malformed members. */
export function decodeQuery(protocol: Query, input: Shape, form: FormNode): Record<string, unknown> {
  if (!input.isStructSchema()) return {};
  const children = new Map([...form.children].filter(([name]) => !envelope.has(name)));
  return decodeStruct(protocol, input, { ...form, children });
}

function decode(protocol: Query, shape: Shape, node: FormNode): unknown {
  if (shape.isStructSchema()) return decodeStruct(protocol, shape, node);
  if (shape.isListSchema()) return decodeList(protocol, shape, node);
  if (shape.isMapSchema()) return decodeMap(protocol, shape, node);
  return decodeScalar(protocol, shape, node);
}

function decodeScalar(protocol: Query, shape: Shape, node: FormNode): unknown {
  const [nested] = node.children.values();
  if (nested) throw refuse(protocol, { kind: 'unknown', path: nested.path });
  const text = node.value ?? '';
  const value = scalarFromText(shape, text);
  if (value === undefined)
    throw refuse(protocol, { kind: 'type', path: node.path, value: text, wanted: scalarName(shape) });
  return value;
}

function decodeStruct(protocol: Query, shape: Shape, node: FormNode): Record<string, unknown> {
  const unseen = new Map(node.children);
  const out: Record<string, unknown> = {};
  const keys = new Map<string, string>();
  for (const [name, member] of shape.structIterator()) {
    const key = wireName(protocol, name, member);
    keys.set(name, key);
    const child = unseen.get(key);
    if (!child) continue;
    unseen.delete(key);
    out[name] = decode(protocol, member, child);
  }
  const [unknown] = unseen.values();
  if (unknown) throw refuse(protocol, { kind: 'unknown', path: unknown.path });
  const missing = requiredMembers(shape).find((name) => out[name] === undefined);
  if (missing !== undefined) {
    const key = keys.get(missing) ?? missing;
    throw refuse(protocol, { kind: 'missing', path: node.path === '' ? key : `${node.path}.${key}` });
  }
  return out;
}

function decodeList(protocol: Query, shape: Shape, node: FormNode): unknown[] {
  const member = shape.getValueSchema();
  const flat = protocol === 'ec2' || Boolean(shape.getMergedTraits().xmlFlattened);
  return items(protocol, node, flat ? undefined : (xmlName(member) ?? 'member')).map((item) =>
    decode(protocol, member, item),
  );
}

/** The numbered entries below `node`, or below its one child `wrapper`; an empty list is written `Name=`. */
function items(protocol: Query, node: FormNode, wrapper: string | undefined): FormNode[] {
  const stray =
    wrapper === undefined
      ? undefined
      : [...node.children.values()].find((child) => child !== node.children.get(wrapper));
  if (stray) throw refuse(protocol, { kind: 'unknown', path: stray.path });
  const list = wrapper === undefined ? node : node.children.get(wrapper);
  if (!list) return [];
  const found = numberedChildren(list);
  if (!found) throw refuse(protocol, { kind: 'type', path: node.path, value: '', wanted: 'a list' });
  return found;
}

function decodeMap(protocol: Query, shape: Shape, node: FormNode): Record<string, unknown> {
  const keyName = xmlName(shape.getKeySchema()) ?? 'key';
  const valueShape = shape.getValueSchema();
  const valueName = xmlName(valueShape) ?? 'value';
  const flat = Boolean(shape.getMergedTraits().xmlFlattened);
  const out: Record<string, unknown> = {};
  for (const entry of items(protocol, node, flat ? undefined : 'entry')) {
    const key = entry.children.get(keyName)?.value;
    const value = entry.children.get(valueName);
    if (key === undefined || !value) throw refuse(protocol, { kind: 'missing', path: `${entry.path}.${keyName}` });
    Object.defineProperty(out, key, { value: decode(protocol, valueShape, value), enumerable: true, writable: true });
  }
  return out;
}

const xmlName = (shape: Shape) => shape.getMergedTraits().xmlName;

/** smithy.io, "AWS EC2 query protocol": ec2QueryName, else the capitalised xmlName, else the capitalised member name. */
function wireName(protocol: Query, name: string, member: Shape): string {
  const traits = member.getMergedTraits();
  const key = traits.xmlName ?? name;
  if (protocol !== 'ec2') return key;
  return (traits.ec2QueryName as string | undefined) ?? key.charAt(0).toUpperCase() + key.slice(1);
}
