import type { Engine } from '../engine.ts';
import { findInstance } from '../ec2/find.ts';
import { groupZones } from './in-use.ts';
import { cutTraffic, wakeHealthLoop } from './runtime.ts';
import type { Target, TargetGroup } from './state.ts';

/** A target as callers name it; without a port the group's own is meant. */
export interface TargetName {
  id: string;
  port?: number | undefined;
}

export const targetKey = (target: { id: string; port: number }): string => `${target.id}:${target.port}`;

/** Adds targets, `initial` until their first check passed. One that is draining starts anew. Registering twice changes nothing. */
export function registerTargets(engine: Engine, group: TargetGroup, names: TargetName[]): void {
  for (const name of names) {
    const port = name.port ?? group.port;
    const known = group.targets[targetKey({ id: name.id, port })];
    if (known && known.state !== 'draining') continue;
    group.targets[targetKey({ id: name.id, port })] = newTarget(engine, name.id, port);
  }
  engine.save();
  wakeHealthLoop(engine);
}

function newTarget(engine: Engine, id: string, port: number): Target {
  const zone = findInstance(engine, id)?.zone;
  return {
    id,
    port,
    ...(zone && { zone }),
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
    registeredAt: engine.clock.now(),
    passed: 0,
    failed: 0,
  };
}

/** Takes targets out: no new requests from now on, open ones may go on until the deregistration delay is over. */
export function deregisterTargets(engine: Engine, group: TargetGroup, names: TargetName[]): void {
  for (const target of matching(group, names)) {
    if (target.state === 'draining') continue;
    target.state = 'draining';
    target.reason = 'Target.DeregistrationInProgress';
    target.description = 'Target deregistration is in progress';
    target.drainUntil = engine.clock.now() + drainMs(engine, group);
  }
  engine.save();
  forgetDrained(engine);
  wakeHealthLoop(engine);
}

/** A group that no listener uses has nothing to wait for. */
const drainMs = (engine: Engine, group: TargetGroup): number =>
  groupZones(engine, group) ? Number(group.attributes['deregistration_delay.timeout_seconds'] ?? 300) * 1000 : 0;

function matching(group: TargetGroup, names: TargetName[]): Target[] {
  return Object.values(group.targets).filter((target) =>
    names.some((name) => name.id === target.id && (name.port === undefined || name.port === target.port)),
  );
}

/** Removes targets whose delay is over and cuts what is still open on them. */
export function forgetDrained(engine: Engine): void {
  for (const group of Object.values(engine.state.elb.targetGroups)) {
    for (const [key, target] of Object.entries(group.targets)) {
      if (target.drainUntil === undefined || target.drainUntil > engine.clock.now()) continue;
      delete group.targets[key];
      cutTraffic(engine, group.arn, key);
      engine.save();
    }
  }
}
