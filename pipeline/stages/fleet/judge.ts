import type { Machine } from '../../core/observe.ts';
import type { ReleaseName } from '../../core/release.ts';

/** What is known of the machines of a release since the watch began, by id. Gone ones stay. */
export type Sightings = ReadonlyMap<string, { firstSeenMs: number; wasHealthy: boolean; reason: string }>;

/** Adds one look at the fleet. Pure. */
export function addSighting(before: Sightings, machines: Machine[], release: ReleaseName, nowMs: number): Sightings {
  const after = new Map(before);
  for (const machine of machines.filter((one) => one.release === release)) {
    const known = after.get(machine.id);
    after.set(machine.id, {
      firstSeenMs: known?.firstSeenMs ?? nowMs,
      wasHealthy: (known?.wasHealthy ?? false) || machine.health === 'healthy',
      reason: machine.healthReason ?? machine.lifecycle,
    });
  }
  return after;
}

/**
 * Whether a release is plainly bad: one of its machines was never healthy in the time that the settings give it. Instance
 * refresh alone would try for an hour. Undefined while nothing speaks against it.
 */
export function judge(seen: Sightings, nowMs: number, startMs: number): { id: string; reason: string } | undefined {
  for (const [id, { firstSeenMs, wasHealthy, reason }] of seen) {
    if (!wasHealthy && nowMs - firstSeenMs > startMs) return { id, reason };
  }
  return undefined;
}
