import type { ACMClient } from '@aws-sdk/client-acm';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { PricingClient } from '@aws-sdk/client-pricing';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type Dockerode from 'dockerode';
import type { Report } from './event.ts';
import type { Secret } from './secret.ts';

/** AWS clients as the SDK makes them, unwrapped: the command object is the data, a fake hooks in under `send`. */
export interface Aws {
  acm: ACMClient;
  ec2: EC2Client;
  autoScaling: AutoScalingClient;
  cloudWatch: CloudWatchClient;
  elbv2: ElasticLoadBalancingV2Client;
  ecr: ECRClient;
  iam: IAMClient;
  logs: CloudWatchLogsClient;
  route53: Route53Client;
  pricing: PricingClient;
  secretsManager: SecretsManagerClient;
  serviceQuotas: ServiceQuotasClient;
  sns: SNSClient;
  ssm: SSMClient;
  sts: STSClient;
}

/** Time; tests hand in a fake one. Milliseconds. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Runs a program without a shell. Lines of both streams go to `onLine` as they come. Never throws for an exit code. */
export type Shell = (
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; onLine?: (line: string) => void; signal?: AbortSignal },
) => Promise<{ exitCode: number; stdout: string; /** The program does not exist. */ isMissing: boolean }>;

/**
 * One HTTP exchange, GET unless told otherwise, redirects not followed; 101 when the server switches protocols. Rejects when
 * no answer comes within `timeoutMs`.
 */
export type Http = (request: {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  timeoutMs: number;
}) => Promise<{ status: number; headers: Record<string, string>; body: string }>;

/** One answer of DNS. */
export interface DnsAnswer {
  value: string;
  /** Undefined where the answer does not tell. */
  ttlSeconds: number | undefined;
}

/** Asks one resolver (address, or address:port); nothing found is an empty list. Rejects when it does not answer. */
export type Dns = (question: { name: string; type: 'A' | 'AAAA' | 'CNAME'; resolver: string }) => Promise<DnsAnswer[]>;

/** DigitalOcean's API and the user's token for it. */
export interface DigitalOceanAccess {
  endpoint: string;
  token: Secret;
}

/** Everything that the product needs from outside; built once in `cli.ts` (or by a test), read-only, handed down. */
export interface Context {
  readonly aws: Aws;
  readonly docker: Dockerode;
  readonly sh: Shell;
  readonly http: Http;
  readonly dns: Dns;
  /** Undefined when the user has given no token. */
  readonly digitalOcean?: DigitalOceanAccess | undefined;
  readonly report: Report;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Directory with the package's `templates/`. */
  readonly templates: string;
  /** A directory of ours for caches (bundles built, contexts): safe to delete at any time. */
  readonly cache: string;
}
