import type { Engine } from '../engine.ts';
import { disassociate, elasticOf } from './elastic.ts';
import type { InstanceRecord } from './state.ts';

/** Why a transition happens: becomes StateReason and StateTransitionReason. `service`: Auto Scaling, which AWS shows as a user. */
export type Cause = 'user' | 'service' | 'instance';

const reasons = {
  user: {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  instance: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
};

/** Notes why the instance leaves `running`. */
export function setReason(engine: Engine, instance: InstanceRecord, cause: Cause): void {
  instance.stateReason = cause === 'instance' ? reasons.instance : reasons.user;
  instance.transitionReason = cause === 'instance' ? '' : `User initiated (${stamp(engine.clock.now())})`;
}

const stamp = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} GMT`;

export function becomeRunning(engine: Engine, instance: InstanceRecord): void {
  instance.state = 'running';
  instance.runningAtMs = engine.clock.now();
  instance.stateReason = undefined;
  instance.transitionReason = '';
  instance.impairedAtMs = undefined;
  engine.save();
}

export function becomeStopped(engine: Engine, instance: InstanceRecord): void {
  instance.state = 'stopped';
  instance.publicIp = elasticOf(engine, instance)?.publicIp;
  instance.impairedAtMs = undefined;
  engine.save();
}

/** Terminated for good: volumes go or are left over, as their mapping says. */
export function becomeTerminated(engine: Engine, instance: InstanceRecord): void {
  instance.state = 'terminated';
  instance.terminatedAtMs = engine.clock.now();
  const address = elasticOf(engine, instance);
  if (address) disassociate(engine, address);
  instance.impairedAtMs = undefined;
  for (const { volumeId, deleteOnTermination } of instance.blockDevices) {
    const volume = engine.state.ec2.volumes[volumeId];
    if (volume && !deleteOnTermination) volume.attachedTo = undefined;
    else delete engine.state.ec2.volumes[volumeId];
  }
  engine.save();
}
