import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { startBalancer } from '../engine/elb/start.ts';
import { attributeOperations } from './elasticloadbalancing/attributes.ts';
import { certificateOperations } from './elasticloadbalancing/certificates.ts';
import { listenerOperations } from './elasticloadbalancing/listeners.ts';
import { loadBalancerOperations } from './elasticloadbalancing/load-balancers.ts';
import { ruleOperations } from './elasticloadbalancing/rules.ts';
import { tagOperations } from './elasticloadbalancing/tags.ts';
import { targetGroupOperations } from './elasticloadbalancing/target-groups.ts';
import { targetOperations } from './elasticloadbalancing/targets.ts';
import type { Operations, Service } from './service.ts';
import { elbNeeds } from './elasticloadbalancing/needs.ts';

const operations: Operations<typeof client> = {
  ...loadBalancerOperations,
  ...attributeOperations,
  ...targetGroupOperations,
  ...targetOperations,
  ...listenerOperations,
  ...certificateOperations,
  ...ruleOperations,
  ...tagOperations,
};

/** Application load balancers, version 2 of the API; the balancer itself is in engine/elb. */
export const elasticLoadBalancing: Service = {
  signingName: 'elasticloadbalancing',
  protocol: 'query',
  load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  operations,
  needs: elbNeeds,
  start: startBalancer,
};
