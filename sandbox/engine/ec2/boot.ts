import type { Engine } from '../engine.ts';
import { inOrder } from './in-order.ts';
import type { InstanceRecord } from './state.ts';
import { becomeRunning, becomeTerminated } from './transition.ts';

/** pending -> running in the background: `timing.launchMs`, then the machine's own boot. A failed boot ends in terminated. */
export function bootInBackground(engine: Engine, instance: InstanceRecord, kind: 'boot' | 'start'): void {
  engine.background(`${kind} ${instance.id}`, async () => {
    await engine.clock.sleep(engine.timing.launchMs, engine.signal);
    await inOrder(engine, instance.id, () => powerOn(engine, instance, kind));
  });
}

async function powerOn(engine: Engine, instance: InstanceRecord, kind: 'boot' | 'start'): Promise<void> {
  // terminated or stopped while it was pending
  if (instance.state !== 'pending') return;
  try {
    if (kind === 'boot') await engine.machines.boot(machineSpec(instance));
    else await engine.machines.start(instance.id);
  } catch (error) {
    engine.log(`${instance.id}: ${error instanceof Error ? error.message : String(error)}`);
    await failBoot(engine, instance);
    return;
  }
  if (stillPending(instance)) becomeRunning(engine, instance);
}

/** Read through a function: the state may have changed while the machine booted, which the compiler cannot know. */
const stillPending = (instance: InstanceRecord) => instance.state === 'pending';

/** "Instance terminates immediately": Server.InternalError (troubleshooting-launch.html). */
async function failBoot(engine: Engine, instance: InstanceRecord): Promise<void> {
  instance.stateReason = {
    code: 'Server.InternalError',
    message: 'Server.InternalError: Internal error on launch',
  };
  await engine.machines.terminate(instance.id);
  becomeTerminated(engine, instance);
}

function machineSpec(instance: InstanceRecord) {
  const userData = Buffer.from(instance.userData ?? '', 'base64').toString('utf8');
  const { httpTokens, httpPutResponseHopLimit } = instance.metadataOptions;
  // Without a token there is nothing for containers, and the token does not get to them (configuring-instance-metadata-service.html).
  const containersReachImds = httpTokens === 'optional' || httpPutResponseHopLimit > 1;
  return { instanceId: instance.id, disk: instance.disk, userData, ports: instance.ports, containersReachImds };
}
