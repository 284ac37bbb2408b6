import { AwsError } from '../error.ts';
import type { Protocol } from '../service.ts';

/** What can be wrong with a request before a handler sees it. `path` is the member as the caller wrote it. */
export type Refusal =
  | { kind: 'unknown'; path: string }
  | { kind: 'missing'; path: string }
  | { kind: 'type'; path: string; value: string; wanted: string };

const lowerFirst = (path: string) => path.charAt(0).toLowerCase() + path.slice(1);

/** EC2 API reference, "Error codes": UnknownParameter, MissingParameter, InvalidParameterValue. */
function ec2Error(refusal: Refusal): AwsError {
  switch (refusal.kind) {
    case 'unknown':
      return new AwsError('UnknownParameter', `The parameter ${refusal.path} is not recognized`);
    case 'missing':
      return new AwsError('MissingParameter', `The request must contain the parameter ${refusal.path}`);
    default:
      return new AwsError(
        'InvalidParameterValue',
        `Invalid value '${refusal.value}' for ${refusal.path}. Must be ${refusal.wanted}.`,
      );
  }
}

/** Query services answer ValidationError for what the model forbids and MalformedInput for what they cannot read. */
function queryError(refusal: Refusal): AwsError {
  switch (refusal.kind) {
    case 'unknown':
      return new AwsError('ValidationError', `Unexpected parameter: ${refusal.path}`);
    case 'missing':
      return new AwsError('ValidationError', nullMessage(refusal.path));
    default:
      return new AwsError(
        'MalformedInput',
        `Invalid value '${refusal.value}' at ${refusal.path}: expected ${refusal.wanted}`,
      );
  }
}

/** JSON services answer SerializationException for what does not fit the model's types. */
function jsonError(refusal: Refusal): AwsError {
  switch (refusal.kind) {
    case 'unknown':
      return new AwsError('SerializationException', `Unexpected field: ${refusal.path}`);
    case 'missing':
      return new AwsError('ValidationException', nullMessage(refusal.path));
    default:
      return new AwsError(
        'SerializationException',
        `${refusal.path}: ${refusal.value} can not be converted to ${refusal.wanted}`,
      );
  }
}

/** Route 53 answers InvalidInput with what its XML schema says (Route 53 API reference, "InvalidInput"). */
function restXmlError(refusal: Refusal): AwsError {
  switch (refusal.kind) {
    case 'unknown':
      return new AwsError(
        'InvalidInput',
        `Invalid XML ; Invalid content was found starting with element '${refusal.path}'.`,
      );
    case 'missing':
      return new AwsError('InvalidInput', `Invalid XML ; The element '${refusal.path}' is not complete.`);
    default:
      return new AwsError(
        'InvalidInput',
        `Invalid XML ; '${refusal.value}' at '${refusal.path}' is not ${refusal.wanted}.`,
      );
  }
}

const nullMessage = (path: string) =>
  `1 validation error detected: Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`;

const byProtocol: Record<Protocol, (refusal: Refusal) => AwsError> = {
  ec2: ec2Error,
  query: queryError,
  json: jsonError,
  'rest-xml': restXmlError,
};

/** The error that the services of `protocol` answer to a request that does not fit its model. */
export const refuse = (protocol: Protocol, refusal: Refusal): AwsError => byProtocol[protocol](refusal);
