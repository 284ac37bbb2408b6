import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** What the sandbox remembers of Elastic Load Balancing. Plain JSON; records are keyed by ARN; times in epoch milliseconds. */
export interface ElbState {
  loadBalancers: Record<string, LoadBalancer>;
  listeners: Record<string, Listener>;
  rules: Record<string, Rule>;
  targetGroups: Record<string, TargetGroup>;
}

export interface LoadBalancer {
  arn: string;
  name: string;
  /** Loopback address that its listeners bind; also its DNSName. */
  address: string;
  scheme: 'internet-facing' | 'internal';
  vpcId: string;
  subnets: { subnetId: string; zone: string }[];
  securityGroups: string[];
  ipAddressType: string;
  createdAt: number;
  /** `provisioning` before, `active` from then on. */
  activeAt: number;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

export interface Listener {
  arn: string;
  loadBalancerArn: string;
  port: number;
  protocol: 'HTTP' | 'HTTPS';
  certificateArn?: string;
  /** ARNs of certificates beside the default one, chosen by the name that a client asks for (SNI). */
  moreCertificates?: string[];
  sslPolicy?: string;
  defaultActions: Action[];
  tags: Record<string, string>;
}

export interface Rule {
  arn: string;
  listenerArn: string;
  priority: number;
  conditions: RuleCondition[];
  actions: Action[];
  tags: Record<string, string>;
}

export interface HealthCheck {
  protocol: 'HTTP' | 'HTTPS';
  /** `traffic-port` or a port number. */
  port: string;
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** `200`, `200,202` or `200-299`. */
  matcher: string;
}

export interface TargetGroup {
  arn: string;
  name: string;
  protocol: 'HTTP' | 'HTTPS';
  port: number;
  vpcId: string;
  targetType: 'instance' | 'ip';
  healthCheck: HealthCheck;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** Keyed `id:port`. A deregistered target stays, draining, until its delay is over. */
  targets: Record<string, Target>;
}

type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining';

export interface Target {
  /** Instance id, or an IP address in groups of target type `ip`. */
  id: string;
  port: number;
  zone?: string;
  state: TargetState;
  /** Reason code as DescribeTargetHealth shows it; absent while healthy. */
  reason?: string;
  description?: string;
  registeredAt: number;
  /** Checks in a row that passed or failed. */
  passed: number;
  failed: number;
  checkedAt?: number;
  healthyAt?: number;
  /** When a draining target is forgotten and its last connections are cut. */
  drainUntil?: number;
}

export const emptyElb = (): ElbState => ({ loadBalancers: {}, listeners: {}, rules: {}, targetGroups: {} });
