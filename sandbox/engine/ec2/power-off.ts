import type { Engine } from '../engine.ts';
import type { PowerOff } from '../machines.ts';
import { findInstance } from './find.ts';
import { inOrder } from './in-order.ts';
import { finishTermination } from './lifecycle.ts';
import type { InstanceRecord } from './state.ts';
import { becomeStopped, setReason } from './transition.ts';

/**
 * Follows machines that go off by themselves, until the sandbox closes. A shutdown from inside stops or terminates the
 * instance as its shutdown behaviour says (terminating-instances.html). A machine that was killed leaves its instance
 * `running` with impaired status checks, as a failed host does (monitoring-system-instance-status-check.html); Auto
 * Scaling replaces both kinds.
 */
export function watchPowerOffs(engine: Engine): void {
  const unsubscribe = engine.machines.onPowerOff((event) => {
    if (engine.signal.aborted) return;
    engine.background(`power-off of ${event.instanceId}`, () =>
      inOrder(engine, event.instanceId, () => judge(engine, event)),
    );
  });
  engine.signal.addEventListener('abort', unsubscribe, { once: true });
}

async function judge(engine: Engine, event: PowerOff): Promise<void> {
  const instance = findInstance(engine, event.instanceId);
  if (instance?.state !== 'running') return;
  // an old event: a reboot or a start came in between
  if (await engine.machines.isRunning(instance.id)) return;
  if (event.killed) {
    instance.impairedAtMs = engine.clock.now();
    engine.log(`${instance.id}: its machine died, status checks are impaired`);
    engine.save();
  } else shutDown(engine, instance);
}

/** What a shutdown from inside does to the instance. */
function shutDown(engine: Engine, instance: InstanceRecord): void {
  setReason(engine, instance, 'instance');
  engine.log(`${instance.id}: shut itself down (${instance.shutdownBehavior})`);
  if (instance.shutdownBehavior === 'stop') becomeStopped(engine, instance);
  else {
    instance.state = 'shutting-down';
    finishTermination(engine, instance);
  }
  engine.save();
}
