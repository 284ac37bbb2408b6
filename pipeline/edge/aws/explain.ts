import { DeployError } from '../../core/errors.ts';
import { actionBehind } from './action.ts';

type Explanation = (error: Error, action: string) => DeployError;

const because = (message: string, hint: string, cause: Error): DeployError =>
  new DeployError('credentials', message, { hint, cause });

const noCredentials: Explanation = (error) =>
  because(
    'found no usable AWS credentials',
    'run `aws configure` or `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `--sandbox` needs none',
    error,
  );

const expired: Explanation = (error) =>
  because('the AWS credentials have expired', 'log in again, e.g. `aws sso login`, and run the same command', error);

const unknownKey: Explanation = (error) =>
  because(
    'AWS does not accept the credentials: the access key is unknown, switched off, or its secret is wrong',
    'check AWS_PROFILE and ~/.aws/credentials with `aws sts get-caller-identity`',
    error,
  );

const denied: Explanation = (error, action) =>
  new DeployError('credentials', `AWS does not allow ${action}`, {
    hint: 'ask whoever keeps the account to allow this action for your user or role',
    lines: [error.message],
    cause: error,
  });

const wrongClock: Explanation = (error) =>
  because('AWS refused the signature: the clock of this machine is wrong', 'set the clock and try again', error);

const unreachable: Explanation = (error, action) =>
  new DeployError('aws', `AWS cannot be reached (${action}: ${error.message})`, {
    hint: 'check network, proxy and AWS_ENDPOINT_URL, then run the same command: it takes up what is there',
    cause: error,
  });

/** By name (of an AWS error) or code (of a network error): https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const explanations = new Map<string, Explanation>([
  ...names(
    noCredentials,
    'CredentialsProviderError',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
  ),
  ...names(
    expired,
    'ExpiredToken',
    'ExpiredTokenException',
    'RequestExpired',
    'TokenRefreshRequired',
    'UnauthorizedException',
  ),
  ...names(unknownKey, 'UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure', 'InvalidAccessKeyId'),
  ...names(unknownKey, 'SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature'),
  ...names(denied, 'AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'OptInRequired'),
  ...names(wrongClock, 'RequestTimeTooSkewed', 'RequestInTheFuture'),
  ...names(unreachable, 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'TimeoutError'),
]);

function names(explanation: Explanation, ...known: string[]): [string, Explanation][] {
  return known.map((name) => [name, explanation]);
}

/** Our words for an error that AWS, the credentials or the way to AWS caused; undefined for errors of another origin. */
export function explainAwsError(error: unknown): DeployError | undefined {
  if (!(error instanceof Error) || error instanceof DeployError) return undefined;
  const action = actionBehind(error);
  const named = explanations.get(error.name) ?? explanations.get((error as { code?: string }).code ?? '');
  if (action === undefined) return undefined;
  if (named) return named(error, action);
  if (!('$metadata' in error) || !isOutsideUs(error)) return undefined;
  return new DeployError('aws', `AWS refused ${action} (${error.name}): ${error.message}`, {
    hint: 'run the same command again once this is settled: it takes up what is there',
    cause: error,
  });
}

/** Quotas, capacity, throttling and AWS's own failures are nobody's bug here; a refused parameter would be ours. */
const isOutsideUs = (error: Error): boolean =>
  (error as { $fault?: string }).$fault === 'server' ||
  /Limit|Quota|Exceeded|Throttl|Capacity|Unavailable/.test(error.name);
