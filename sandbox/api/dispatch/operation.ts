import { gunzipSync } from 'node:zlib';
import { AwsError } from '../error.ts';
import { parseForm, type FormNode } from '../protocol/form.ts';
import { decodeJson } from '../protocol/json.ts';
import { decodeQuery } from '../protocol/query-request.ts';
import { decodeRest, findRoute } from '../protocol/rest-request.ts';
import type { OperationShape, Schemas } from '../protocol/schemas.ts';
import type { Service } from '../service.ts';

/** An HTTP request as the sandbox takes it, from a socket or from a test. Header names are lower case. */
export interface SandboxRequest {
  method: string;
  /** With the query string. */
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** A request whose operation is known and whose members are not yet. */
export interface Addressed {
  operation: string;
  decode: (shape: OperationShape) => Record<string, unknown>;
}

const utf8 = new TextDecoder();

/** Finds the operation's name: the `Action` of a form, what follows the dot in X-Amz-Target, or method and path. */
export function addressOf(service: Service, schemas: Schemas, request: SandboxRequest): Addressed {
  const text = utf8.decode(request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body);
  if (service.protocol === 'json') {
    const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
    return { operation, decode: (shape) => decodeJson(shape.input, text) };
  }
  const { protocol } = service;
  if (protocol === 'rest-xml') {
    const rest = { ...request, text };
    return { operation: routeOf(schemas, request), decode: (shape) => decodeRest(shape, rest) };
  }
  const form = parseForm(request.method === 'GET' ? (request.path.split('?')[1] ?? '') : text);
  const operation = actionOf(form);
  return { operation, decode: (shape) => decodeQuery(protocol, shape.input, form) };
}

function routeOf(schemas: Schemas, request: SandboxRequest): string {
  const route = findRoute(schemas, request);
  if (route) return route.name;
  throw new AwsError('UnknownOperationException', `There is nothing at ${request.method} ${request.path}`, {
    status: 404,
  });
}

function actionOf(form: FormNode): string {
  const action = form.children.get('Action')?.value;
  if (action === undefined) throw new AwsError('MissingAction', 'The request must contain the parameter Action');
  return action;
}

/** The operation's shape and handler; throws InvalidAction or UnknownOperationException, naming what the sandbox lacks. */
export function findOperation(service: Service, schemas: Schemas, name: string) {
  const shape = schemas.operations.get(name);
  const handler = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (shape && handler) return { shape, handler };
  const message = shape
    ? `The sandbox does not know ${service.signingName} ${name}`
    : `The action ${name} is not valid for this web service.`;
  throw service.protocol === 'json'
    ? new AwsError('UnknownOperationException', message)
    : new AwsError('InvalidAction', message);
}
