import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Engine } from '../engine.ts';
import type { LoadBalancer, TargetGroup } from './state.ts';

/** Target groups that an action forwards to, with their weights (0-999, 1 when left out). */
export function forwardGroups(action: Action): { arn: string; weight: number }[] {
  if (action.Type !== 'forward') return [];
  const groups = action.ForwardConfig?.TargetGroups ?? [];
  if (groups.length === 0 && action.TargetGroupArn) return [{ arn: action.TargetGroupArn, weight: 1 }];
  return groups.map((group) => ({ arn: group.TargetGroupArn ?? '', weight: group.Weight ?? 1 }));
}

/** Load balancers that send traffic to the group through a listener or a rule. */
export function balancersOf(engine: Engine, targetGroupArn: string): LoadBalancer[] {
  const { listeners, rules, loadBalancers } = engine.state.elb;
  const uses = (actions: Action[]) => actions.some((a) => forwardGroups(a).some((g) => g.arn === targetGroupArn));
  const found = new Set<string>();
  for (const listener of Object.values(listeners)) {
    const actions = Object.values(rules).filter((rule) => rule.listenerArn === listener.arn);
    if (uses(listener.defaultActions) || actions.some((rule) => uses(rule.actions)))
      found.add(listener.loadBalancerArn);
  }
  return [...found].flatMap((arn) => loadBalancers[arn] ?? []);
}

/** Zones in which the group gets traffic; undefined when no load balancer uses it. */
export function groupZones(engine: Engine, group: TargetGroup): Set<string> | undefined {
  const balancers = balancersOf(engine, group.arn);
  if (balancers.length === 0) return undefined;
  return new Set(balancers.flatMap((balancer) => balancer.subnets.map((subnet) => subnet.zone)));
}
