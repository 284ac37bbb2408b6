import type { Engine } from '../engine.ts';
import type { LaunchRequest } from './launch-request.ts';
import type { InstanceRecord } from './state.ts';

/**
 * Makes instance records and starts their machines in the background; pending -> running after `timing.launchMs`.
 * Throws the errors of RunInstances (`InvalidAMIID.NotFound`, `InvalidSubnetID.NotFound`, …) and then makes nothing.
 */
export function launchInstances(_engine: Engine, _request: LaunchRequest): InstanceRecord[] {
  throw new Error('coming');
}
