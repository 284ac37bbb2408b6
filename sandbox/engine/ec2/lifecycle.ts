import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { bootInBackground } from './boot.ts';
import { instancesById } from './find.ts';
import { inOrder } from './in-order.ts';
import type { InstanceRecord } from './state.ts';
import { becomeStopped, becomeTerminated, setReason, type Cause } from './transition.ts';

export type { Cause } from './transition.ts';

/**
 * shutting-down now, terminated when the machine is down and gone; leaves alone what is on its way already. Throws
 * `InvalidInstanceID.NotFound` and then ends none. Termination protection is the API's business.
 */
export function terminateInstances(engine: Engine, ids: string[], cause: Cause = 'user'): InstanceRecord[] {
  const instances = instancesById(engine, ids);
  for (const instance of instances) {
    if (instance.state === 'terminated' || instance.state === 'shutting-down') continue;
    setReason(engine, instance, cause);
    instance.state = 'shutting-down';
    finishTermination(engine, instance);
  }
  engine.save();
  return instances;
}

/** Takes a `shutting-down` instance to `terminated` in the background: an orderly shutdown first, as AWS does. */
export function finishTermination(engine: Engine, instance: InstanceRecord): void {
  engine.background(`terminate ${instance.id}`, () =>
    inOrder(engine, instance.id, async () => {
      await engine.machines.stop(instance.id).catch((error: unknown) => {
        engine.log(`${instance.id} did not shut down, pulling the plug: ${String(error)}`);
      });
      await engine.machines.terminate(instance.id);
      becomeTerminated(engine, instance);
    }),
  );
}

/** stopping now, stopped when the machine is off; a stopped one stays. Throws `IncorrectInstanceState`, `InvalidInstanceID.NotFound`. */
export function stopInstances(engine: Engine, ids: string[], cause: Cause = 'user'): InstanceRecord[] {
  const instances = instancesById(engine, ids);
  refuseUnless(instances, ['running', 'stopping', 'stopped'], 'stopped');
  for (const instance of instances.filter(({ state }) => state === 'running')) {
    setReason(engine, instance, cause);
    instance.state = 'stopping';
    finishStop(engine, instance);
  }
  engine.save();
  return instances;
}

/** Takes a `stopping` instance to `stopped` in the background. */
export function finishStop(engine: Engine, instance: InstanceRecord): void {
  engine.background(`stop ${instance.id}`, () =>
    inOrder(engine, instance.id, async () => {
      await engine.machines.stop(instance.id);
      if (instance.state === 'stopping') becomeStopped(engine, instance);
    }),
  );
}

/** stopped -> pending -> running; a running one stays. Throws `IncorrectInstanceState`, `InvalidInstanceID.NotFound`. */
export function startInstances(engine: Engine, ids: string[]): InstanceRecord[] {
  const instances = instancesById(engine, ids);
  refuseUnless(instances, ['stopped', 'pending', 'running'], 'started');
  for (const instance of instances.filter(({ state }) => state === 'stopped')) {
    instance.state = 'pending';
    instance.launchedAtMs = engine.clock.now();
    instance.stateReason = { code: 'pending', message: 'pending' };
    bootInBackground(engine, instance, 'start');
  }
  engine.save();
  return instances;
}

/** Off and on again while the state stays `running`. Throws `IncorrectInstanceState`, `InvalidInstanceID.NotFound`. */
export function rebootInstances(engine: Engine, ids: string[]): void {
  const instances = instancesById(engine, ids);
  refuseUnless(instances, ['running'], 'rebooted');
  for (const instance of instances) {
    engine.background(`reboot ${instance.id}`, () => inOrder(engine, instance.id, () => powerCycle(engine, instance)));
  }
}

/** To be called in the machine's turn (`inOrder`). */
export async function powerCycle(engine: Engine, instance: InstanceRecord, off?: () => Promise<void>): Promise<void> {
  await engine.machines.stop(instance.id);
  await off?.();
  if (instance.state !== 'running') return;
  await engine.machines.start(instance.id);
  instance.impairedAtMs = undefined;
  engine.save();
}

function refuseUnless(instances: InstanceRecord[], allowed: InstanceRecord['state'][], verb: string): void {
  const wrong = instances.find(({ state }) => !allowed.includes(state));
  if (!wrong) return;
  throw new AwsError(
    'IncorrectInstanceState',
    `The instance '${wrong.id}' is not in a state from which it can be ${verb}.`,
  );
}
