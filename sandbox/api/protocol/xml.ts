import { scalarToText } from './scalar.ts';
import type { Shape } from './schemas.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };
/** Characters that XML 1.0 cannot carry at all (section 2.2). */
// oxlint-disable-next-line no-control-regex -- these control characters are what has to go
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** Text as XML content or attribute value. */
export const escapeXml = (text: string): string =>
  text.replaceAll(forbidden, '').replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? character);

/** `<name>content</name>`; the content must be XML already. */
export const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

const xmlName = (shape: Shape) => shape.getMergedTraits().xmlName;

/** The members of a structure as XML elements, one after the other, without the structure's own element. */
export function encodeMembers(shape: Shape, value: Record<string, unknown>): string {
  if (!shape.isStructSchema()) return '';
  let xml = '';
  for (const [name, member] of shape.structIterator()) {
    const item = value[name];
    if (item === undefined || item === null) continue;
    xml += encodeMember(member.getMemberTraits().xmlName ?? name, member, item);
  }
  return xml;
}

/** A flattened list or map repeats its own element, any other value stands inside one. */
function encodeMember(key: string, shape: Shape, value: unknown): string {
  const flat = Boolean(shape.getMergedTraits().xmlFlattened);
  if (shape.isListSchema()) {
    const member = shape.getValueSchema();
    const name = flat ? key : (xmlName(member) ?? 'member');
    const items = (value as unknown[]).map((item) => encodeMember(name, member, item)).join('');
    return flat ? items : element(key, items);
  }
  if (shape.isMapSchema()) {
    const entries = encodeEntries(shape, value as Record<string, unknown>);
    return flat
      ? entries.map((entry) => element(key, entry)).join('')
      : element(key, entries.map((entry) => element('entry', entry)).join(''));
  }
  if (shape.isStructSchema()) return element(key, encodeMembers(shape, value as Record<string, unknown>));
  return element(key, escapeXml(scalarToText(value)));
}

function encodeEntries(shape: Shape, value: Record<string, unknown>): string[] {
  const keyName = xmlName(shape.getKeySchema()) ?? 'key';
  const valueShape = shape.getValueSchema();
  const valueName = xmlName(valueShape) ?? 'value';
  return Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([key, item]) => element(keyName, escapeXml(key)) + encodeMember(valueName, valueShape, item));
}
