import { oneValue, putMetric } from '../cloudwatch/metrics.ts';
import { balancerDimension, groupDimension } from '../cloudwatch/start.ts';
import type { Engine } from '../engine.ts';
import type { LoadBalancer, TargetGroup } from './state.ts';

/** Where something was counted: at a load balancer, and at one of its groups once a target was chosen. */
export interface Counted {
  engine: Engine;
  balancer: LoadBalancer;
  group?: TargetGroup;
}

const namespace = 'AWS/ApplicationELB';

/** Puts a value under the load balancer and, with a group, under both (load-balancer-cloudwatch-metrics.html). */
function put({ engine, balancer, group }: Counted, metric: { name: string; unit: string }, value: number): void {
  const own = balancerDimension(balancer);
  const all = group ? [own, { ...own, ...groupDimension(group) }] : [own];
  for (const dimensions of all) putMetric(engine, { namespace, ...metric, dimensions }, oneValue(value));
}

const countOne = (where: Counted, name: string) => put(where, { name, unit: 'Count' }, 1);

/** "Only incremented for requests where the load balancer node was able to choose a target." */
export const countRequest = (where: Counted): void => countOne(where, 'RequestCount');

/** A target's answer: its class, and how long it took to begin. */
export function countAnswer(where: Counted, status: number, seconds: number): void {
  // There is no metric of upgrades (101).
  if (status >= 200) countOne(where, `HTTPCode_Target_${Math.floor(status / 100)}XX_Count`);
  put(where, { name: 'TargetResponseTime', unit: 'Seconds' }, seconds);
}

/** An error of the load balancer's own. */
export function countOwnError(where: Counted, status: number): void {
  const { engine, balancer } = where;
  countOne({ engine, balancer }, `HTTPCode_ELB_${Math.floor(status / 100)}XX_Count`);
  if (status === 502 || status === 503 || status === 504)
    countOne({ engine, balancer }, `HTTPCode_ELB_${status}_Count`);
}

/** A client's connection that opened, with how many are open now. */
export function countConnection(where: Counted, open: number): void {
  countOne(where, 'NewConnectionCount');
  put(where, { name: 'ActiveConnectionCount', unit: 'Count' }, open);
}
