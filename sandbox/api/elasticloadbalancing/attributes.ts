import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { loadBalancer, targetGroup } from './find.ts';
import { between, oneOf } from './validation.ts';

interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** What values an attribute takes; attributes without an entry take any. */
type Rules = Record<string, (value: string, key: string) => void>;

const bool = oneOf('true', 'false');

/** API_LoadBalancerAttribute.html */
const loadBalancerRules: Rules = {
  'idle_timeout.timeout_seconds': between(1, 4000),
  'client_keep_alive.seconds': between(60, 604_800),
  'deletion_protection.enabled': bool,
  'access_logs.s3.enabled': bool,
  'connection_logs.s3.enabled': bool,
  'health_check_logs.s3.enabled': bool,
  'routing.http2.enabled': bool,
  'routing.http.drop_invalid_header_fields.enabled': bool,
  'routing.http.preserve_host_header.enabled': bool,
  'routing.http.xff_client_port.enabled': bool,
  'routing.http.xff_header_processing.mode': oneOf('append', 'preserve', 'remove'),
  'routing.http.desync_mitigation_mode': oneOf('monitor', 'defensive', 'strictest'),
};

const slowStart = between(30, 900);

/** API_TargetGroupAttribute.html */
const targetGroupRules: Rules = {
  'deregistration_delay.timeout_seconds': between(0, 3600),
  'stickiness.enabled': bool,
  'stickiness.type': oneOf('lb_cookie'),
  'stickiness.lb_cookie.duration_seconds': between(1, 604_800),
  'slow_start.duration_seconds': (value, key) => {
    if (value !== '0') slowStart(value, key);
  },
  'load_balancing.algorithm.type': oneOf('round_robin'),
  'load_balancing.cross_zone.enabled': oneOf('true', 'false', 'use_load_balancer_configuration'),
};

/** Of a balancer there are more, but no more in one request (API_ModifyLoadBalancerAttributes.html, array members). */
function checkCount({ length }: Attribute[]): void {
  if (length > 20) throw new AwsError('ValidationError', `${length} attributes: a request may have 20 at most`);
}

function change(attributes: Record<string, string>, changes: Attribute[], rules: Rules): Attribute[] {
  for (const { Key = '', Value = '' } of changes) {
    if (!(Key in attributes)) throw new AwsError('ValidationError', `The attribute key '${Key}' is not recognized`);
    rules[Key]?.(Value, Key);
  }
  for (const { Key = '', Value = '' } of changes) attributes[Key] = Value;
  return list(attributes);
}

const list = (attributes: Record<string, string>): Attribute[] =>
  Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));

export const attributeOperations: Operations<typeof client> = {
  ModifyLoadBalancerAttributes: ({ LoadBalancerArn, Attributes }, { engine }) => {
    checkCount(Attributes);
    return { Attributes: change(loadBalancer(engine, LoadBalancerArn).attributes, Attributes, loadBalancerRules) };
  },
  DescribeLoadBalancerAttributes: ({ LoadBalancerArn }, { engine }) => ({
    Attributes: list(loadBalancer(engine, LoadBalancerArn).attributes),
  }),
  ModifyTargetGroupAttributes: ({ TargetGroupArn, Attributes }, { engine }) => ({
    Attributes: change(targetGroup(engine, TargetGroupArn).attributes, Attributes, targetGroupRules),
  }),
  DescribeTargetGroupAttributes: ({ TargetGroupArn }, { engine }) => ({
    Attributes: list(targetGroup(engine, TargetGroupArn).attributes),
  }),
};
