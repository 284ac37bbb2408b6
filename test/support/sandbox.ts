import { ACMClient } from '@aws-sdk/client-acm';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { PricingClient } from '@aws-sdk/client-pricing';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import { realClock } from '../../sandbox/engine/clock.ts';
import { simulatedMachines } from '../../sandbox/engine/machines/simulated.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';

const utf8 = new TextEncoder();
const mute = { warn: () => {} } as unknown as NonNullable<EC2ClientConfig['logger']>;

/** What an SDK client sends its requests with: straight into the sandbox, no socket in between. */
function requestHandler(sandbox: Pick<Sandbox, 'handle'>) {
  return {
    handle: async (request: HttpRequest) => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
      const query = new URLSearchParams((request.query ?? {}) as Record<string, string>).toString();
      const answer = await sandbox.handle({
        method: request.method,
        path: query === '' ? request.path : `${request.path}?${query}`,
        headers: Object.fromEntries(headers) as Record<string, string>,
        body:
          typeof request.body === 'string'
            ? utf8.encode(request.body)
            : ((request.body ?? new Uint8Array()) as Uint8Array),
      });
      return { response: new HttpResponse({ statusCode: answer.status, headers: answer.headers, body: answer.body }) };
    },
  };
}

/** SDK clients that talk to a sandbox in the same process. One attempt a call unless told otherwise. */
export function clients(
  sandbox: Pick<Sandbox, 'handle'>,
  options: {
    region?: string;
    maxAttempts?: number;
    accessKeyId?: string;
    secretAccessKey?: string;
    sessionToken?: string;
    retryStrategy?: ConfiguredRetryStrategy;
  } = {},
) {
  const config = {
    region: options.region ?? 'us-east-1',
    credentials: {
      accessKeyId: options.accessKeyId ?? 'AKIASANDBOX000000000',
      secretAccessKey: options.secretAccessKey ?? 'sandbox',
      ...(options.sessionToken !== undefined && { sessionToken: options.sessionToken }),
    },
    maxAttempts: options.maxAttempts ?? 1,
    ...(options.retryStrategy && { retryStrategy: options.retryStrategy }),
    requestHandler: requestHandler(sandbox),
    // Stories make thousands of calls. A client filters each input and output for its logger, even for one that says nothing.
    cacheMiddleware: true,
    logger: mute,
  };
  return {
    acm: new ACMClient(config),
    ec2: new EC2Client(config),
    autoScaling: new AutoScalingClient(config),
    cloudWatch: new CloudWatchClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    ecr: new ECRClient(config),
    iam: new IAMClient(config),
    logs: new CloudWatchLogsClient(config),
    route53: new Route53Client(config),
    pricing: new PricingClient(config),
    secretsManager: new SecretsManagerClient(config),
    serviceQuotas: new ServiceQuotasClient(config),
    sns: new SNSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}

interface Given {
  AccessKeyId?: string | undefined;
  SecretAccessKey?: string | undefined;
  SessionToken?: string | undefined;
}

/** The key in what IAM or STS gave out, for `clients`. */
export const keyOf = (given: Given | undefined) => ({
  accessKeyId: given?.AccessKeyId ?? '',
  secretAccessKey: given?.SecretAccessKey ?? '',
  ...(given?.SessionToken !== undefined && { sessionToken: given.SessionToken }),
});

/** A sandbox in us-east-1 in this process; on simulated machines that boot and idle unless it is given others. */
export function startSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const { clock = realClock, machines = simulatedMachines({ clock }) } = options;
  return createSandbox({ region: 'us-east-1', ...options, clock, machines });
}
