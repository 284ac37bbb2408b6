import type { AwsError } from '../error.ts';
import type { Protocol } from '../service.ts';
import { encodeJson } from './json.ts';
import type { ErrorShape, OperationShape, Schemas } from './schemas.ts';
import { element, encodeMembers, escapeXml } from './xml.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** XML namespaces of the query services, as their SDK clients expect them. */
const namespaces: Record<string, string> = {
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  route53: 'https://route53.amazonaws.com/doc/2013-04-01/',
};

/** What an answer is part of. */
export interface Envelope {
  protocol: Protocol;
  signingName: string;
  requestId: string;
  /** Of its service. */
  isQueryCompatible?: boolean | undefined;
}

const utf8 = new TextEncoder();

function http(envelope: Envelope, status: number, text: string, headers: Record<string, string> = {}): HttpAnswer {
  const json = `application/x-amz-json-${envelope.isQueryCompatible ? '1.0' : '1.1'}`;
  const type = envelope.protocol === 'json' ? json : 'text/xml;charset=UTF-8';
  const body = utf8.encode(text);
  const common = {
    'content-type': type,
    'x-amzn-requestid': envelope.requestId,
    'content-length': String(body.length),
  };
  return { status, headers: { ...common, ...headers }, body };
}

/** Encodes what a handler answered. */
export function encodeAnswer(envelope: Envelope, operation: OperationShape, value: object): HttpAnswer {
  const { name, output } = operation;
  const members = value as Record<string, unknown>;
  if (envelope.protocol === 'rest-xml') return restAnswer(envelope, operation, members);
  if (envelope.protocol === 'json') {
    return http(envelope, 200, output.isStructSchema() ? JSON.stringify(encodeJson(output, members)) : '');
  }
  const inner = encodeMembers(output, members);
  return http(envelope, 200, document(`${name}Response`, envelope, xmlContent(envelope, { name, output }, inner)));
}

/** Status from the model, members of headers in headers, all others in the body. */
function restAnswer(envelope: Envelope, { name, output, http: model }: OperationShape, value: Record<string, unknown>) {
  const headers: Record<string, string> = {};
  const rest = { ...value };
  for (const [member, shape] of output.isStructSchema() ? output.structIterator() : []) {
    const { httpHeader } = shape.getMergedTraits();
    if (httpHeader === undefined) continue;
    delete rest[member];
    if (typeof value[member] === 'string') headers[httpHeader.toLowerCase()] = value[member];
  }
  return http(
    envelope,
    model?.status ?? 200,
    document(`${name}Response`, envelope, encodeMembers(output, rest)),
    headers,
  );
}

function xmlContent(
  envelope: Envelope,
  { name, output }: Pick<OperationShape, 'name' | 'output'>,
  inner: string,
): string {
  if (envelope.protocol === 'ec2') {
    return element('requestId', envelope.requestId) + (output.isStructSchema() ? inner : element('return', 'true'));
  }
  const result = output.isStructSchema() ? element(`${name}Result`, inner) : '';
  return result + element('ResponseMetadata', element('RequestId', envelope.requestId));
}

function document(root: string, { signingName }: Envelope, content: string): string {
  const xmlns = namespaces[signingName];
  const attribute = xmlns === undefined ? '' : ` xmlns="${xmlns}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content}</${root}>`;
}

/** Encodes an error; its code may be the modelled error's name or its wire code, which differ where awsQueryError says so. */
export function encodeError(envelope: Envelope, schemas: Schemas | undefined, error: AwsError): HttpAnswer {
  const known = schemas?.errors.get(error.code);
  const status = statusOf(envelope, error, known);
  if (envelope.protocol === 'json') return jsonError(envelope, error, { known, status });
  const code = element('Code', escapeXml(known?.code ?? error.code));
  const message = element('Message', escapeXml(error.message));
  if (envelope.protocol === 'ec2') {
    const errors = element('Errors', element('Error', code + message));
    return http(
      envelope,
      status,
      document('Response', { ...envelope, signingName: '' }, errors + element('RequestID', envelope.requestId)),
    );
  }
  const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
  const members = known ? encodeMembers(known.shape, error.members) : '';
  const content = element('Error', type + code + message + members) + element('RequestId', envelope.requestId);
  return http(envelope, status, document('ErrorResponse', envelope, content));
}

function statusOf({ protocol }: Envelope, error: AwsError, known: ErrorShape | undefined): number {
  if (!known || error.status !== 400) return error.status;
  return protocol === 'json' ? known.jsonStatus : known.status;
}

function jsonError(
  envelope: Envelope,
  error: AwsError,
  of: { known: ErrorShape | undefined; status: number },
): HttpAnswer {
  const code = of.known?.name ?? error.code;
  const members = of.known ? (encodeJson(of.known.shape, error.members) as Record<string, unknown>) : {};
  const body = JSON.stringify({ ...members, __type: code, message: error.message });
  const fault = of.status < 500 ? 'Sender' : 'Receiver';
  return http(envelope, of.status, body, {
    'x-amzn-errortype': code,
    ...(envelope.isQueryCompatible && of.known && { 'x-amzn-query-error': `${of.known.code};${fault}` }),
  });
}
