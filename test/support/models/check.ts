import { inBody, restTree, routedName, type Line } from './rest.ts';
import { wrongScalar } from './scalar.ts';
import { shapeOf, type Model, type Operation, type Reference, type Shape } from './shape.ts';
import { parseForm, parseXml, type Tree } from './tree.ts';

/** One HTTP exchange with an AWS. Header names are lower case. */
export interface Exchange extends Line {
  headers: Record<string, string>;
  body: string;
  status: number;
  answer: string;
}

/** Where a check is, and what it found. */
interface Check {
  model: Model;
  found: string[];
  /** How members and list items are named in this body. */
  wire: 'json' | 'xml' | 'ec2-form' | 'query-form';
}

/** Checks a request against its operation's input shape. */
export function checkRequest(model: Model, exchange: Exchange): string[] {
  const { protocol } = model.metadata;
  const name = nameOf(model, exchange);
  const operation = model.operations[name];
  if (!operation) return [`${model.metadata.serviceId}.${name}: no such operation`];
  const found: string[] = [];
  if (operation.input) {
    const shape = shapeOf(model, operation.input);
    if (protocol === 'json') checkDocument({ model, found, wire: 'json' }, shape, exchange.body);
    else if (protocol === 'rest-xml') {
      checkTree({ model, found, wire: 'xml' }, shape, restTree(operation, exchange), '');
    } else {
      const form = parseForm(exchange.body);
      form.children = form.children.filter((child) => child.name !== 'Action' && child.name !== 'Version');
      checkTree({ model, found, wire: protocol === 'ec2' ? 'ec2-form' : 'query-form' }, shape, form, '');
    }
  }
  return found.map((one) => `${model.metadata.serviceId}.${name} request ${one}`);
}

/** Checks an answer: its output shape, or for an error whether the operation declares it, and with this status. */
export function checkAnswer(model: Model, exchange: Exchange): string[] {
  const name = nameOf(model, exchange);
  const operation = model.operations[name];
  if (!operation) return [];
  const found =
    exchange.status >= 300 ? checkError(model, operation, exchange) : checkOutput(model, operation, exchange);
  return found.map((one) => `${model.metadata.serviceId}.${name} answer ${one}`);
}

function nameOf(model: Model, exchange: Exchange): string {
  const { headers, body } = exchange;
  const { protocol } = model.metadata;
  if (protocol === 'rest-xml') return routedName(model, exchange);
  if (protocol === 'json') return (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  return new URLSearchParams(body).get('Action') ?? '';
}

function checkOutput(model: Model, operation: Operation, exchange: Exchange): string[] {
  const found: string[] = [];
  const shape = operation.output && shapeOf(model, operation.output);
  if (model.metadata.protocol === 'json') {
    if (shape) checkDocument({ model, found, wire: 'json' }, shape, exchange.answer);
    return found;
  }
  const check: Check = { model, found, wire: 'xml' };
  const document = parseXml(exchange.answer);
  const wrapper = operation.output?.resultWrapper;
  const result = wrapper === undefined ? document : document.children.find((child) => child.name === wrapper);
  if (wrapper !== undefined && !result && shape?.required?.length) return [`has no <${wrapper}>`];
  const members = { ...(result ?? { name: '', text: '' }), children: (result?.children ?? []).filter(isContent) };
  if (shape) checkTree(check, inBody(shape), members, '');
  return found;
}

/** EC2 puts the request id beside the members, and answers `return` where a model has no output. */
const isContent = ({ name }: Tree): boolean => name !== 'requestId' && name !== 'ResponseMetadata';

/** Errors that every operation may answer: the pages "Common errors" of each service, and troubleshoot_access-denied.html of IAM. */
const common = new Set(
  (
    'AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException IncompleteSignature InternalFailure InvalidAction ' +
    'InvalidClientTokenId InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedQueryString ' +
    'MissingAction MissingAuthenticationToken MissingParameter NotAuthorized OptInRequired RequestExpired ' +
    'ServiceUnavailable Throttling ThrottlingException ValidationError ValidationException UnrecognizedClientException ' +
    'SerializationException UnknownOperationException InvalidSignatureException SignatureDoesNotMatch MalformedInput'
  ).split(' '),
);

function checkError(model: Model, operation: Operation, exchange: Exchange): string[] {
  const code = errorCode(model, exchange);
  if (code === '') return ['is an error without a code'];
  // The model of EC2 declares no errors.
  if (model.metadata.protocol === 'ec2') return [];
  const declared = (operation.errors ?? []).map(({ shape }) => ({ shape, error: model.shapes[shape]?.error }));
  const match = declared.find(({ shape, error }) => (error?.code ?? shape) === code);
  if (!match) return common.has(code) ? [] : [`error ${code} is not declared`];
  const { httpStatusCode = exchange.status } = match.error ?? {};
  return httpStatusCode === exchange.status
    ? []
    : [`error ${code} has status ${exchange.status} instead of ${httpStatusCode}`];
}

/** The error's code as the wire has it. */
export function errorCode(model: Model, exchange: Exchange): string {
  if (model.metadata.protocol === 'json') {
    const [, type = ''] = /"__type":\s*"([^"]*)"/.exec(exchange.answer) ?? [];
    return type.split('#').at(-1) ?? '';
  }
  const find = (tree: Tree): string | undefined =>
    tree.name === 'Code' ? tree.text : tree.children.map(find).find((text) => text !== undefined);
  return find(parseXml(exchange.answer)) ?? '';
}

/** What JSON.parse would say of a bad text has some of the text in it, which may be a secret. */
function checkDocument(check: Check, shape: Shape, text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text || '{}');
  } catch {
    return void check.found.push('body: no JSON');
  }
  checkJson(check, shape, value, '');
}

function checkJson(check: Check, shape: Shape, value: unknown, at: string): void {
  const { model, found } = check;
  if (value === null) return void found.push(`${at}: null`);
  if (shape.type === 'structure') {
    if (typeof value !== 'object') return void found.push(`${at}: ${typeof value} is no structure`);
    checkRequired(check, shape, new Set(Object.keys(value)), at);
    for (const [name, member] of Object.entries(value)) {
      const reference = memberNamed(check, shape, name)?.[1];
      if (!reference) found.push(`${at}.${name}: unknown member`);
      else checkJson(check, shapeOf(model, reference), member, `${at}.${name}`);
    }
  } else if (shape.type === 'list' && shape.member) {
    if (!Array.isArray(value)) return void found.push(`${at}: ${typeof value} is no list`);
    checkLength(check, shape, value.length, at);
    const item = shapeOf(model, shape.member);
    for (const one of value as unknown[]) checkJson(check, item, one, `${at}[]`);
  } else if (shape.type === 'map' && shape.value) {
    const item = shapeOf(model, shape.value);
    for (const one of Object.values(value as object)) checkJson(check, item, one, `${at}{}`);
  } else checkText(check, shape, value, at);
}

function checkTree(check: Check, shape: Shape, tree: Tree, at: string): void {
  if (shape.type === 'structure') checkStructure(check, shape, tree, at);
  else if (shape.type === 'list' && shape.member) checkItems(check, shape, tree, at);
  else if (shape.type === 'map') checkEntries(check, shape, tree, at);
  else if (tree.children.length > 0) check.found.push(`${at}: ${shape.type} expected, found a structure`);
  else checkText(check, shape, tree.text, at);
}

function checkStructure(check: Check, shape: Shape, tree: Tree, at: string): void {
  if (tree.children.length === 0 && tree.text.trim() !== '' && check.wire === 'xml')
    check.found.push(`${at}: structure expected, found text`);
  const present = new Set<string>();
  for (const child of groupFlat(check, shape, tree)) {
    const [name, reference] = memberNamed(check, shape, child.name) ?? [];
    if (!name || !reference) {
      check.found.push(`${at}.${child.name}: unknown member`);
      continue;
    }
    if (present.has(name)) check.found.push(`${at}.${name}: twice`);
    present.add(name);
    checkTree(check, shapeOf(check.model, reference), child, `${at}.${name}`);
  }
  checkRequired(check, shape, present, at);
}

/** Flattened XML lists repeat their element: taken together, they are one list. */
function groupFlat(check: Check, shape: Shape, tree: Tree): Tree[] {
  if (check.wire !== 'xml') return tree.children;
  const flat = new Map<string, Tree>();
  const grouped: Tree[] = [];
  for (const child of tree.children) {
    const reference = memberNamed(check, shape, child.name)?.[1];
    const isFlat = reference && (reference.flattened ?? shapeOf(check.model, reference).flattened);
    const first = flat.get(child.name);
    if (first) first.children.push(child);
    else if (isFlat) flat.set(child.name, { name: child.name, children: [child], text: '' });
    else grouped.push(child);
  }
  return [...grouped, ...flat.values()];
}

const wireNames = new WeakMap<Shape, Map<string, Map<string, [string, Reference]>>>();

/** A structure's member by its name on the wire. */
function memberNamed(check: Check, shape: Shape, wireName: string): [string, Reference] | undefined {
  const byWire = wireNames.get(shape) ?? new Map<string, Map<string, [string, Reference]>>();
  wireNames.set(shape, byWire);
  const members =
    byWire.get(check.wire) ??
    new Map(
      Object.entries(shape.members ?? {}).map(([name, reference]) => [
        wireNameOf(check, name, reference),
        [name, reference],
      ]),
    );
  byWire.set(check.wire, members);
  return members.get(wireName);
}

function wireNameOf({ wire, model }: Check, name: string, reference: Reference): string {
  if (wire === 'json') return reference.locationName ?? name;
  if (wire === 'ec2-form') {
    const { queryName, locationName = name } = reference;
    return queryName ?? locationName.charAt(0).toUpperCase() + locationName.slice(1);
  }
  const shape = shapeOf(model, reference);
  const isFlat = shape.type === 'list' && (reference.flattened ?? shape.flattened);
  return (isFlat ? shape.member?.locationName : undefined) ?? reference.locationName ?? name;
}

function checkItems(check: Check, shape: Shape, tree: Tree, at: string): void {
  if (!shape.member) return;
  const items = itemsOf(check, shape, tree, at);
  checkLength(check, shape, items.length, at);
  const item = shapeOf(check.model, shape.member);
  for (const one of items) checkTree(check, item, one, `${at}[]`);
}

function itemsOf(check: Check, shape: Shape, tree: Tree, at: string): Tree[] {
  const itemName = shape.member?.locationName ?? 'member';
  if (check.wire === 'ec2-form') return tree.children;
  // An empty list travels as `Name=`.
  if (check.wire === 'query-form')
    return tree.children.find(({ name }) => name === itemName)?.children ?? tree.children;
  const strange = tree.children.filter(({ name }) => name !== itemName);
  for (const { name } of strange) if (!shape.flattened) check.found.push(`${at}: <${name}> among <${itemName}>`);
  return tree.children;
}

function checkEntries(check: Check, shape: Shape, tree: Tree, at: string): void {
  if (!shape.value) return;
  const item = shapeOf(check.model, shape.value);
  for (const entry of tree.children) {
    const value = entry.children.find(({ name }) => name === (shape.value?.locationName ?? 'value'));
    if (value) checkTree(check, item, value, `${at}{}`);
  }
}

function checkText({ found }: Check, shape: Shape, value: unknown, at: string): void {
  const problem = wrongScalar(shape, value);
  if (problem !== undefined) found.push(`${at}: ${problem}`);
}

function checkLength({ found }: Check, { min, max }: Shape, length: number, at: string): void {
  if (min !== undefined && length < min) found.push(`${at}: ${length} items are under ${min}`);
  if (max !== undefined && length > max) found.push(`${at}: ${length} items are over ${max}`);
}

function checkRequired(check: Check, shape: Shape, present: Set<string>, at: string): void {
  for (const name of shape.required ?? []) if (!present.has(name)) check.found.push(`${at}.${name}: missing`);
}
