import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import type { State } from '../engine/state.ts';
import { authorize } from './authorize.ts';
import { checkRegion, identify } from './dispatch/authorization.ts';
import { tell } from './dispatch/exchanges.ts';
import { addressOf, findOperation, type SandboxRequest } from './dispatch/operation.ts';
import { verifySignature } from './dispatch/signature.ts';
import { readSigned, withoutSignature, type Scope, type Signed } from './dispatch/signed.ts';
import { AwsError } from './error.ts';
import { encodeAnswer, encodeError, type Envelope, type HttpAnswer } from './protocol/answer.ts';
import { readSchemas, type Schemas } from './protocol/schemas.ts';
import type { Handler, Service } from './service.ts';

/** A call that is about to be carried out, for hooks that watch it or break it. */
export interface PendingCall {
  /** Signing name of the service. */
  service: string;
  operation: string;
  input: Record<string, unknown>;
  /** Which attempt of the client's this is, from 1 (the SDK's amz-sdk-request header). */
  attempt: number;
  accessKeyId: string;
}

/**
 * `reset`: the connection breaks before anything is carried out; `lose-answer`: after it was. `state`: the handler is shown
 * this state instead of the present one.
 */
export type Fault = 'reset' | 'lose-answer' | { state: State };

/** Runs before each handler. May throw an `AwsError` (the call is refused), or answer a fault. */
export type Before = (call: PendingCall) => Promise<Fault | void>;

const lostAnswers = new WeakSet<object>();

/** The connection breaks: `handle` rejects with this (code ECONNRESET), the server destroys the socket. */
function connectionReset(): Error {
  const error = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
  lostAnswers.add(error);
  return error;
}

/** Whether `handle` rejected because a hook asked for the connection to break. */
export const isLostAnswer = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && lostAnswers.has(error);

const loaded = new Map<Service, Promise<Schemas>>();

function schemasOf(service: Service): Promise<Schemas> {
  const known = loaded.get(service) ?? service.load().then(readSchemas);
  loaded.set(service, known);
  return known;
}

/** Who brings a token of somebody else's has no key to sign with (API_AssumeRoleWithWebIdentity.html). */
function unsignedScope({ state }: Engine, { headers, body }: SandboxRequest): Scope | undefined {
  if (headers.authorization !== undefined) return undefined;
  const isToken = /^(.*&)?Action=AssumeRoleWithWebIdentity(&|$)/s.test(Buffer.from(body).toString('latin1'));
  return isToken ? { accessKeyId: '', region: state.region, signingName: 'sts' } : undefined;
}

/** Answers one AWS API request: finds service and operation, decodes, calls the handler, encodes what comes of it. */
export async function dispatch(
  engine: Engine,
  services: readonly Service[],
  request: SandboxRequest,
  before?: Before,
): Promise<HttpAnswer> {
  try {
    const answer = await answerTo(engine, services, request, before);
    tell({ request, answer });
    return answer;
  } catch (error) {
    tell({ request });
    throw error;
  }
}

async function answerTo(
  engine: Engine,
  services: readonly Service[],
  request: SandboxRequest,
  before?: Before,
): Promise<HttpAnswer> {
  const requestId = randomUUID();
  const signed = readSigned(request);
  const scope = signed ?? unsignedScope(engine, request);
  const service = services.find(({ signingName }) => signingName === scope?.signingName);
  if (!scope || !service) return refuseUnsigned(scope, request, requestId);
  const { protocol, signingName, isQueryCompatible } = service;
  const envelope: Envelope = { protocol, signingName, requestId, isQueryCompatible };
  const schemas = await schemasOf(service);
  try {
    return await carryOut({ engine, service, schemas, scope, signed, envelope, before }, request);
  } catch (error) {
    if (isLostAnswer(error)) throw error;
    const refusal = asAwsError(engine, service, error);
    const answer = encodeError(envelope, schemas, refusal);
    return { ...answer, headers: { ...answer.headers, ...refusal.headers } };
  }
}

interface Context {
  engine: Engine;
  service: Service;
  schemas: Schemas;
  scope: Scope;
  signed: Signed | undefined;
  envelope: Envelope;
  before: Before | undefined;
}

/** Who asks, and for what; throws when it is not who it says it is. */
function admit({ engine, service, scope, signed }: Context, request: SandboxRequest) {
  checkRegion(engine, scope, service.protocol);
  const caller = identify(engine, signed ?? scope, service.protocol);
  if (!signed) return { caller, asked: request };
  verifySignature(engine, request, signed, service.protocol);
  return { caller, asked: withoutSignature(request, signed) };
}

async function carryOut(context: Context, request: SandboxRequest): Promise<HttpAnswer> {
  const { engine, service, schemas, scope, envelope, before } = context;
  const { caller, asked } = admit(context, request);
  const { operation, decode } = addressOf(service, schemas, asked);
  const { shape, handler } = findOperation(service, schemas, operation);
  const input = decode(shape);
  const attempt = Number(/attempt=(\d+)/.exec(request.headers['amz-sdk-request'] ?? '')?.[1] ?? 1);
  const fault = await before?.({
    service: service.signingName,
    operation,
    input,
    attempt,
    accessKeyId: scope.accessKeyId,
  });
  if (fault === 'reset') throw connectionReset();
  authorize(engine, { service, operation, input, caller });
  const seen = typeof fault === 'object' ? { ...engine, state: fault.state } : engine;
  const handle = handler as Handler<Record<string, unknown>, object | void>;
  const output = await handle(input, { engine: seen, caller, requestId: envelope.requestId });
  if (!/^(Describe|Get|List)/.test(operation)) engine.save();
  if (fault === 'lose-answer') throw connectionReset();
  return encodeAnswer(envelope, shape, output ?? {});
}

/** Anything else than an AwsError is a mistake of the sandbox: logged with its stack, answered as AWS answers its own. */
function asAwsError(engine: Engine, service: Service, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  engine.log(`${service.signingName}: ${text}`);
  const code = service.protocol === 'ec2' ? 'InternalError' : 'InternalFailure';
  return new AwsError(code, `the sandbox failed: ${text.split('\n')[0]}`, { status: 500 });
}

/** A request without a signature, or for a service that is not here. The protocol is guessed from the headers. */
function refuseUnsigned(scope: Scope | undefined, request: SandboxRequest, requestId: string): HttpAnswer {
  const json = request.headers['x-amz-target'] !== undefined;
  const envelope: Envelope = { protocol: json ? 'json' : 'query', signingName: '', requestId };
  if (scope) {
    const message = `The sandbox does not know the service '${scope.signingName}'`;
    return encodeError(
      envelope,
      undefined,
      new AwsError(json ? 'UnknownOperationException' : 'InvalidAction', message),
    );
  }
  const code = json ? 'MissingAuthenticationTokenException' : 'MissingAuthenticationToken';
  const error = new AwsError(code, 'Request is missing Authentication Token', { status: 403 });
  return encodeError(envelope, undefined, error);
}
