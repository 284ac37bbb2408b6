import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Engine } from '../engine.ts';
import { findInstance } from '../ec2/find.ts';
import { groupZones } from './in-use.ts';
import type { Target, TargetGroup } from './state.ts';

/** How a target stands, as DescribeTargetHealth answers it. */
export function targetHealth(engine: Engine, group: TargetGroup, target: Target): TargetHealth {
  const unused = target.state === 'draining' ? undefined : whyUnused(engine, group, target);
  if (unused) return unused;
  return {
    State: target.state,
    ...(target.reason && { Reason: target.reason as NonNullable<TargetHealth['Reason']> }),
    ...(target.description && { Description: target.description }),
  };
}

/** Says why a registered target gets no traffic at all; undefined when it is in use (API_TargetHealth.html). */
export function whyUnused(
  engine: Engine,
  group: TargetGroup,
  target: Target,
  zones = groupZones(engine, group),
): TargetHealth | undefined {
  if (!zones) return notInUse('Target group is not configured to receive traffic from the load balancer');
  if (target.zone && !zones.has(target.zone)) {
    return notInUse('Target is in an Availability Zone that is not enabled for the load balancer');
  }
  return group.targetType === 'instance' ? whyInstanceUnused(engine, target.id) : undefined;
}

function whyInstanceUnused(engine: Engine, instanceId: string): TargetHealth | undefined {
  const state = findInstance(engine, instanceId)?.state ?? 'terminated';
  if (state === 'pending' || state === 'running') return undefined;
  const words = state === 'stopping' || state === 'stopped' ? 'stopped' : 'terminated';
  return { State: 'unused', Reason: 'Target.InvalidState', Description: `Target is in the ${words} state` };
}

const notInUse = (description: string): TargetHealth => ({
  State: 'unused',
  Reason: 'Target.NotInUse',
  Description: description,
});

/** The targets that may get traffic, healthy or not. */
export function usableTargets(engine: Engine, group: TargetGroup): Target[] {
  const zones = groupZones(engine, group);
  return Object.values(group.targets).filter(
    (target) => target.state !== 'draining' && !whyUnused(engine, group, target, zones),
  );
}
