import type { Aws } from '../core/context.ts';
import { rememberAction } from './aws/action.ts';

export interface AwsOptions {
  region: string;
  /** Another AWS than Amazon's, such as the sandbox. Unset: the SDK decides, and it honours AWS_ENDPOINT_URL. */
  endpoint?: string;
  /** Unset: the SDK looks where every AWS tool looks (environment, profile, SSO, role of the machine). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/**
 * All clients. Importing them takes about a second, so nothing imports this file before it is needed. Seven attempts of the
 * standard mode wait up to half a minute in all: longer than AWS throttles a well-behaved account, shorter than patience.
 */
export async function connectAws(options: AwsOptions): Promise<Aws> {
  const [
    acm,
    autoScaling,
    cloudWatch,
    logs,
    ec2,
    ecr,
    elbv2,
    iam,
    route53,
    pricing,
    secretsManager,
    serviceQuotas,
    sns,
    ssm,
    sts,
  ] = await Promise.all([
    import('@aws-sdk/client-acm'),
    import('@aws-sdk/client-auto-scaling'),
    import('@aws-sdk/client-cloudwatch'),
    import('@aws-sdk/client-cloudwatch-logs'),
    import('@aws-sdk/client-ec2'),
    import('@aws-sdk/client-ecr'),
    import('@aws-sdk/client-elastic-load-balancing-v2'),
    import('@aws-sdk/client-iam'),
    import('@aws-sdk/client-route-53'),
    import('@aws-sdk/client-pricing'),
    import('@aws-sdk/client-secrets-manager'),
    import('@aws-sdk/client-service-quotas'),
    import('@aws-sdk/client-sns'),
    import('@aws-sdk/client-ssm'),
    import('@aws-sdk/client-sts'),
  ]);
  const config = {
    ...options,
    retryMode: 'standard',
    maxAttempts: 7,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  };
  const aws: Aws = {
    acm: new acm.ACMClient(config),
    autoScaling: new autoScaling.AutoScalingClient(config),
    cloudWatch: new cloudWatch.CloudWatchClient(config),
    logs: new logs.CloudWatchLogsClient(config),
    ec2: new ec2.EC2Client(config),
    ecr: new ecr.ECRClient(config),
    elbv2: new elbv2.ElasticLoadBalancingV2Client(config),
    iam: new iam.IAMClient(config),
    route53: new route53.Route53Client(config),
    // The price list is served from a few regions alone (using-price-list-query-api.html).
    pricing: new pricing.PricingClient({ ...config, region: 'us-east-1' }),
    secretsManager: new secretsManager.SecretsManagerClient(config),
    serviceQuotas: new serviceQuotas.ServiceQuotasClient(config),
    sns: new sns.SNSClient(config),
    ssm: new ssm.SSMClient(config),
    sts: new sts.STSClient(config),
  };
  for (const client of Object.values(aws)) rememberAction(client);
  return aws;
}
