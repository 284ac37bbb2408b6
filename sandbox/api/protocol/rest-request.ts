import { refuse } from './refusal.ts';
import { scalarFromText, scalarName } from './scalar.ts';
import { requiredMembers, type OperationShape, type Schemas, type Shape } from './schemas.ts';
import { parseXml, type XmlNode } from './xml-tree.ts';

/** What of a request the model binds members to. */
interface RestRequest {
  method: string;
  /** With the query string. */
  path: string;
  headers: Record<string, string>;
  text: string;
}

/** Finds the operation by method and path; fixed paths go before those with labels. */
export function findRoute(
  schemas: Schemas,
  { method, path }: Pick<RestRequest, 'method' | 'path'>,
): OperationShape | undefined {
  const fitting = [...schemas.operations.values()].filter(
    ({ http }) => http?.method === method && labelsOf(http.uri, path) !== undefined,
  );
  const labels = ({ http }: OperationShape) => http?.uri.split('{').length ?? 0;
  return fitting.toSorted((a, b) => labels(a) - labels(b))[0];
}

/** The labels of `/hostedzone/{Id}/rrset` in a path; undefined when it does not fit. */
function labelsOf(uri: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [segments(uri), segments(path)];
  if (wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\+?\}$/.exec(part)?.[1];
    if (name !== undefined) labels[name] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return labels;
}

const segments = (path: string): string[] => (path.split('?')[0] ?? '').replace(/\/$/, '').split('/');

/** Decodes a REST request with an XML body into an operation's input; throws what AWS answers when it does not fit. */
export function decodeRest({ input, http }: OperationShape, request: RestRequest): Record<string, unknown> {
  if (!input.isStructSchema()) return {};
  const members = [...input.structIterator()].map(([name, member]) => ({ name, member, place: placeOf(member) }));
  const inBody = new Map(members.flatMap(({ name, member, place }) => (place ? [] : [[name, member] as const])));
  const hasBody = inBody.size > 0 && request.text !== '';
  const out: Record<string, unknown> = hasBody ? decodeMembers(inBody, bodyOf(request.text)) : {};
  const bound = boundTo(http?.uri ?? '', request);
  for (const { name, member, place } of members) {
    const text = place && textAt(place, name, bound);
    if (text !== undefined) out[name] = scalar(member, text, name);
  }
  checkRequired(input, out, '');
  return out;
}

const boundTo = (uri: string, { path, headers }: RestRequest): Bound => ({
  labels: labelsOf(uri, path) ?? {},
  query: new URLSearchParams(path.split('?')[1] ?? ''),
  headers,
});

type Place = { in: 'label' } | { in: 'query' | 'header'; key: string };

/** Where the model binds a member to; undefined for the body. */
function placeOf(member: Shape): Place | undefined {
  const { httpLabel, httpQuery, httpHeader } = member.getMergedTraits();
  if (httpLabel) return { in: 'label' };
  if (httpQuery !== undefined) return { in: 'query', key: httpQuery };
  return httpHeader === undefined ? undefined : { in: 'header', key: httpHeader.toLowerCase() };
}

interface Bound {
  labels: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string>;
}

function textAt(place: Place, name: string, { labels, query, headers }: Bound): string | undefined {
  if (place.in === 'label') return labels[name];
  return place.in === 'query' ? (query.get(place.key) ?? undefined) : headers[place.key];
}

function bodyOf(text: string): XmlNode {
  const body = parseXml(text);
  if (!body) throw refuse('rest-xml', { kind: 'type', path: 'body', value: 'text', wanted: 'XML' });
  return body;
}

function checkRequired(shape: Shape, value: Record<string, unknown>, path: string): void {
  const missing = requiredMembers(shape).find((name) => value[name] === undefined);
  if (missing !== undefined)
    throw refuse('rest-xml', { kind: 'missing', path: path === '' ? missing : `${path}/${missing}` });
}

function decodeMembers(members: Map<string, Shape>, node: XmlNode): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const unseen = new Set(node.children);
  for (const [name, member] of members) {
    const key = member.getMergedTraits().xmlName ?? name;
    const found = node.children.filter((child) => child.name === key);
    for (const child of found) unseen.delete(child);
    const [first] = found;
    if (first) out[name] = isFlat(member) ? decodeItems(member, found) : decode(member, first);
  }
  const [unknown] = unseen;
  if (unknown) throw refuse('rest-xml', { kind: 'unknown', path: unknown.name });
  return out;
}

const isFlat = (shape: Shape) => shape.isListSchema() && Boolean(shape.getMergedTraits().xmlFlattened);

function decode(shape: Shape, node: XmlNode): unknown {
  if (shape.isStructSchema()) {
    const value = decodeMembers(new Map(shape.structIterator()), node);
    checkRequired(shape, value, node.name);
    return value;
  }
  return shape.isListSchema() ? decodeItems(shape, node.children) : scalar(shape, node.text, node.name);
}

const decodeItems = (shape: Shape, items: XmlNode[]) => items.map((item) => decode(shape.getValueSchema(), item));

function scalar(shape: Shape, text: string, path: string): unknown {
  const value = scalarFromText(shape, text);
  if (value === undefined) throw refuse('rest-xml', { kind: 'type', path, value: text, wanted: scalarName(shape) });
  return value;
}
