import type { Engine } from '../../engine/engine.ts';
import type { Listener, LoadBalancer, Rule, TargetGroup } from '../../engine/elb/state.ts';
import { AwsError } from '../error.ts';

/** Throws `LoadBalancerNotFound`. */
export function loadBalancer(engine: Engine, arn: string): LoadBalancer {
  const found = engine.state.elb.loadBalancers[arn];
  if (!found) throw new AwsError('LoadBalancerNotFound', 'One or more load balancers not found');
  return found;
}

/** Throws `TargetGroupNotFound`. */
export function targetGroup(engine: Engine, arn: string): TargetGroup {
  const found = engine.state.elb.targetGroups[arn];
  if (!found) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  return found;
}

/** Throws `ListenerNotFound`. */
export function listener(engine: Engine, arn: string): Listener {
  const found = engine.state.elb.listeners[arn];
  if (!found) throw new AwsError('ListenerNotFound', 'One or more listeners not found');
  return found;
}

/** Throws `RuleNotFound`. */
export function rule(engine: Engine, arn: string): Rule {
  const found = engine.state.elb.rules[arn];
  if (!found) throw new AwsError('RuleNotFound', 'One or more rules not found');
  return found;
}

export const listenersOf = (engine: Engine, loadBalancerArn: string): Listener[] =>
  Object.values(engine.state.elb.listeners).filter((one) => one.loadBalancerArn === loadBalancerArn);

export const rulesOf = (engine: Engine, listenerArn: string): Rule[] =>
  Object.values(engine.state.elb.rules)
    .filter((one) => one.listenerArn === listenerArn)
    .sort((a, b) => a.priority - b.priority);
