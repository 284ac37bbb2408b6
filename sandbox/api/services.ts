import { acm } from './acm.ts';
import { autoScaling } from './autoscaling.ts';
import { cloudWatch } from './cloudwatch.ts';
import { ec2 } from './ec2.ts';
import { ecr } from './ecr.ts';
import { elasticLoadBalancing } from './elasticloadbalancing.ts';
import { iam } from './iam.ts';
import { logs } from './logs.ts';
import { route53 } from './route53.ts';
import { pricing } from './pricing.ts';
import { secretsManager } from './secretsmanager.ts';
import type { Service } from './service.ts';
import { serviceQuotas } from './servicequotas.ts';
import { sns } from './sns.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

/** Everything that the sandbox's one endpoint answers; a new service is one line here. */
export const services: readonly Service[] = [
  sts,
  iam,
  sns,
  ssm,
  secretsManager,
  ecr,
  logs,
  ec2,
  autoScaling,
  elasticLoadBalancing,
  serviceQuotas,
  pricing,
  acm,
  route53,
  cloudWatch,
];
