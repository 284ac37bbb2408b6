import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { InstanceRecord } from './state.ts';

/** "Terminated instances remain visible for approximately one hour" (API_TerminateInstances.html). */
const visibleAfterTerminationMs = 3_600_000;

/** The instance, also a terminated one as long as it is visible. */
export function findInstance(engine: Engine, id: string): InstanceRecord | undefined {
  const instance = engine.state.ec2.instances[id];
  if (!instance || !isGone(engine, instance)) return instance;
  delete engine.state.ec2.instances[id];
  return undefined;
}

/** All visible instances, oldest first. */
export function visibleInstances(engine: Engine): InstanceRecord[] {
  const all = Object.values(engine.state.ec2.instances);
  for (const instance of all) if (isGone(engine, instance)) delete engine.state.ec2.instances[instance.id];
  return all.filter((instance) => !isGone(engine, instance));
}

/** Throws `InvalidInstanceID.NotFound`, naming every id that is missing, as AWS does. */
export function instancesById(engine: Engine, ids: string[]): InstanceRecord[] {
  const found = ids.map((id) => findInstance(engine, id));
  const missing = ids.filter((_, index) => !found[index]);
  if (missing.length === 1) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${missing[0]}' does not exist`);
  }
  if (missing.length > 1) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${missing.join(', ')}' do not exist`);
  }
  return found.filter((instance) => instance !== undefined);
}

function isGone(engine: Engine, instance: InstanceRecord): boolean {
  return (
    instance.terminatedAtMs !== undefined && engine.clock.now() - instance.terminatedAtMs > visibleAfterTerminationMs
  );
}
