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

/**
 * What AWS says of a denial, where it says it: the action may be another than the call's (iam:PassRole of a launch), and EC2 adds
 * a text in code (troubleshoot_access-denied.html).
 */
const denied: Explanation = (error, action) => {
  const [, denied = action, resource] = /to perform: (\S+) on resource: (\S+)/.exec(error.message) ?? [];
  const where = resource === undefined || resource === '*' ? '' : ` on ${resource}`;
  return new DeployError('credentials', `AWS does not allow ${denied}${where}`, {
    hint: 'ask whoever keeps the account to allow it: `redeploy iam deployer` prints what redeploy needs, `redeploy iam retire` what a retirement needs besides; docs/permissions.md tells how to give it',
    lines: [
      error.message.replace(/ Encoded authorization failure message: .*$/s, ''),
      ...(denied === 'iam:CreateServiceLinkedRole' ? makesRole(resource) : launchesToo(action)),
    ],
    cause: error,
  });
};

/** Auto Scaling does not say what a launch from the template lacks (ec2-auto-scaling-launch-template-permissions.html). */
const launchesToo = (action: string): string[] =>
  [
    'autoscaling:CreateAutoScalingGroup',
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:StartInstanceRefresh',
  ].includes(action)
    ? [`besides ${action} this takes ec2:RunInstances, ec2:CreateTags and iam:PassRole for what the template launches`]
    : [];

/** AWS makes a service's role with an account's first load balancer or group, for the caller (id_roles_create-service-linked-role.html). */
const makesRole = (resource = ''): string[] => {
  const service = /\/aws-service-role\/([^/]+)\//.exec(resource)?.[1];
  return service === undefined
    ? []
    : [
        'the account is new to this service, which makes a role of its own with the first call; or whoever keeps the account makes it, once: ' +
          `aws iam create-service-linked-role --aws-service-name ${service}`,
      ];
};

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
  ...names(
    denied,
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'OptInRequired',
    'AuthorizationErrorException',
  ),
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
