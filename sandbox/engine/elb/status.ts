import type { Engine } from '../engine.ts';
import { runtimeOf } from './runtime.ts';
import type { Target, TargetGroup } from './state.ts';
import { targetHealth } from './target-health.ts';
import { targetKey } from './targets.ts';

/** The balancer as `/_sandbox/status` shows it. */
export interface BalancerStatus {
  loadBalancers: { name: string; dnsName: string; listeners: { url: string; listening: boolean }[] }[];
  targets: {
    targetGroup: string;
    id: string;
    port: number;
    state: string;
    reason?: string;
    requests: number;
    openRequests: number;
    openSockets: number;
  }[];
}

/** What listens, and what passes through to each target right now; counters begin anew with the sandbox. */
export function balancerStatus(engine: Engine): BalancerStatus {
  return { loadBalancers: loadBalancers(engine), targets: targets(engine) };
}

function loadBalancers(engine: Engine): BalancerStatus['loadBalancers'] {
  const { servers } = runtimeOf(engine);
  const { elb } = engine.state;
  return Object.values(elb.loadBalancers).map((balancer) => ({
    name: balancer.name,
    dnsName: balancer.address,
    listeners: Object.values(elb.listeners)
      .filter((listener) => listener.loadBalancerArn === balancer.arn)
      .map((listener) => ({
        url: `${listener.protocol.toLowerCase()}://${balancer.address}:${listener.port}`,
        listening: servers.has(listener.arn),
      })),
  }));
}

function targets(engine: Engine): BalancerStatus['targets'] {
  const groups = Object.values(engine.state.elb.targetGroups);
  return groups.flatMap((group) => Object.values(group.targets).map((target) => targetStatus(engine, group, target)));
}

function targetStatus(engine: Engine, group: TargetGroup, target: Target): BalancerStatus['targets'][number] {
  const health = targetHealth(engine, group, target);
  const record = runtimeOf(engine).traffic.get(`${group.arn} ${targetKey(target)}`);
  return {
    targetGroup: group.name,
    id: target.id,
    port: target.port,
    state: health.State ?? 'unavailable',
    ...(health.Reason && { reason: health.Reason }),
    requests: record?.requests ?? 0,
    openRequests: record?.inFlight ?? 0,
    openSockets: record?.sockets ?? 0,
  };
}
