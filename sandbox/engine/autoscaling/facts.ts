import type { Engine } from '../engine.ts';
import { findInstance } from '../ec2/find.ts';
import { isHealthy } from '../ec2/status.ts';
import { openConnections } from '../elb/runtime.ts';
import type { Target, TargetGroup } from '../elb/state.ts';
import { targetHealth } from '../elb/target-health.ts';
import { targetKey } from '../elb/targets.ts';
import type { Group, Member } from './state.ts';

/** What EC2 and the load balancer say of an instance right now. */
export interface Facts {
  ec2: 'pending' | 'running' | 'off' | 'gone';
  /** EC2's own status checks. */
  ec2Healthy: boolean;
  /** Of all the group's target groups together; `none` without target groups. */
  elb: 'healthy' | 'unhealthy' | 'initial' | 'none';
  /** Nothing of it is open in any target group any more. */
  drained: boolean;
}

export type FactsById = Record<string, Facts>;

/** Looks at every instance of the group. */
export function lookAt(engine: Engine, group: Group): FactsById {
  const found: FactsById = {};
  for (const member of Object.values(group.members)) found[member.instanceId] = factsOf(engine, group, member);
  return found;
}

function factsOf(engine: Engine, group: Group, member: Member): Facts {
  const instance = findInstance(engine, member.instanceId);
  return {
    ec2: instance ? stateOf(instance.state) : 'gone',
    ec2Healthy: instance !== undefined && isHealthy(instance),
    elb: elbHealth(engine, group, member),
    drained: targetsOf(engine, member.registered, member.instanceId).every(
      ({ target, group: targets }) =>
        target.state === 'draining' && openConnections(engine, targets.arn, targetKey(target)) === 0,
    ),
  };
}

function stateOf(state: string): Facts['ec2'] {
  if (state === 'pending' || state === 'running') return state;
  return state === 'terminated' ? 'gone' : 'off';
}

/** The instance's entries in target groups, at the port that groups register their instances with. */
export function targetsOf(
  engine: Engine,
  targetGroupArns: string[],
  instanceId: string,
): { group: TargetGroup; target: Target }[] {
  return targetGroupArns.flatMap((arn) => {
    const group = engine.state.elb.targetGroups[arn];
    const target = group?.targets[targetKey({ id: instanceId, port: group.port })];
    return group && target ? [{ group, target }] : [];
  });
}

function elbHealth(engine: Engine, group: Group, member: Member): Facts['elb'] {
  if (group.targetGroupArns.length === 0) return 'none';
  const entries = targetsOf(engine, group.targetGroupArns, member.instanceId);
  const states = entries.map((entry) => targetHealth(engine, entry.group, entry.target).State);
  if (states.includes('unhealthy')) return 'unhealthy';
  return states.length > 0 && states.every((state) => state === 'healthy') ? 'healthy' : 'initial';
}
