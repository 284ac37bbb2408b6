import { emptyAcm, type AcmState } from './acm/state.ts';
import { emptyAutoScaling, type AutoScalingState } from './autoscaling/state.ts';
import { emptyCloudWatch, type CloudWatchState } from './cloudwatch/state.ts';
import { emptyDigitalOcean, type DigitalOceanState } from './digitalocean/state.ts';
import { emptyEc2 } from './ec2/empty.ts';
import type { Ec2State } from './ec2/state.ts';
import { emptyEcr, type EcrState } from './ecr/state.ts';
import { emptyElb, type ElbState } from './elb/state.ts';
import { emptyIam, type IamState } from './iam/state.ts';
import { emptyLogs, type LogsState } from './logs/state.ts';
import { emptyQuotas, type QuotasState } from './quotas/state.ts';
import { emptyRoute53, type Route53State } from './route53/state.ts';
import { emptySecrets, type SecretsState } from './secrets/state.ts';
import { emptySns, type SnsState } from './sns/state.ts';
import { emptySsm, type SsmState } from './ssm/state.ts';

/** The whole world of the sandbox as plain JSON: written to disk after changes and read again at the next start. */
export interface State {
  /** Bumped when the shape changes in a way that older files do not fit. */
  format: 1;
  account: string;
  region: string;
  /** Numbers handed out so far, for ids that must never repeat. */
  serial: number;
  ec2: Ec2State;
  autoscaling: AutoScalingState;
  elb: ElbState;
  iam: IamState;
  secrets: SecretsState;
  ecr: EcrState;
  logs: LogsState;
  sns: SnsState;
  ssm: SsmState;
  acm: AcmState;
  route53: Route53State;
  quotas: QuotasState;
  cloudwatch: CloudWatchState;
  digitalocean: DigitalOceanState;
}

/** A fresh account in `region`: a default VPC with two subnets, nothing else. */
export function emptyState(region: string): State {
  return {
    format: 1,
    account: '123456789012',
    region,
    serial: 0,
    ec2: emptyEc2(region),
    autoscaling: emptyAutoScaling(),
    elb: emptyElb(),
    iam: emptyIam(),
    secrets: emptySecrets(),
    ecr: emptyEcr(),
    logs: emptyLogs(),
    sns: emptySns(),
    ssm: emptySsm(),
    acm: emptyAcm(),
    route53: emptyRoute53(),
    quotas: emptyQuotas(),
    cloudwatch: emptyCloudWatch(),
    digitalocean: emptyDigitalOcean(),
  };
}
