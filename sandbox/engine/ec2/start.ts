import type { Engine } from '../engine.ts';
import { bootInBackground } from './boot.ts';
import { visibleInstances } from './find.ts';
import { openGate } from './gate.ts';
import { finishStop, finishTermination } from './lifecycle.ts';
import { watchPowerOffs } from './power-off.ts';
import type { InstanceRecord } from './state.ts';
import { setTags } from './tags.ts';
import { becomeRunning, becomeTerminated } from './transition.ts';

/** Call once at start of the sandbox: takes up machines of an earlier run and follows power-offs until `engine.signal`. */
export async function startEc2(engine: Engine): Promise<void> {
  engine.machines.connect?.({ setTag: (instanceId, key, value) => setTags(engine, instanceId, { [key]: value }) });
  watchPowerOffs(engine);
  await reconcileMachines(engine);
  for (const address of Object.values(engine.state.ec2.addresses)) {
    const instance = engine.state.ec2.instances[address.instanceId ?? ''];
    if (instance) await openGate(engine, address, instance);
  }
}

/**
 * Makes records and machines agree after a restart: a record whose machine is gone becomes terminated, a machine or disk
 * without a record is removed, a machine that went down with the sandbox is powered on again, half-done work is taken up.
 */
async function reconcileMachines(engine: Engine): Promise<void> {
  const { machines, disks } = await engine.machines.list();
  const records = new Map(visibleInstances(engine).map((instance) => [instance.id as string, instance]));
  const droplets = new Set(Object.values(engine.state.digitalocean.droplets).map((one) => one.machineId as string));
  for (const id of machines.filter((one) => !droplets.has(one))) {
    const record = records.get(id);
    if (!record || record.state === 'terminated') await engine.machines.terminate(id);
  }
  for (const instance of records.values()) await takeUp(engine, instance, machines.includes(instance.id));
  await reconcileDisks(engine, disks);
  engine.save();
}

async function takeUp(engine: Engine, instance: InstanceRecord, exists: boolean): Promise<void> {
  if (instance.state === 'terminated') return;
  if (instance.state === 'shutting-down') finishTermination(engine, instance);
  else if (!exists && instance.state === 'pending') bootInBackground(engine, instance, 'boot');
  else if (!exists) loseMachine(engine, instance);
  else if (instance.state === 'stopping') finishStop(engine, instance);
  else if (instance.state !== 'stopped') await powerOnAgain(engine, instance);
}

async function powerOnAgain(engine: Engine, instance: InstanceRecord): Promise<void> {
  if (await engine.machines.isRunning(instance.id)) {
    if (instance.state === 'pending') becomeRunning(engine, instance);
    return;
  }
  instance.state = 'pending';
  bootInBackground(engine, instance, 'start');
}

function loseMachine(engine: Engine, instance: InstanceRecord): void {
  engine.log(`${instance.id}: its machine is gone`);
  instance.stateReason = { code: 'Server.InternalError', message: 'Server.InternalError: the machine is gone' };
  becomeTerminated(engine, instance);
}

/** A capture that was cut off either left its disk behind (then the image is good) or not (then it failed). */
async function reconcileDisks(engine: Engine, disks: string[]): Promise<void> {
  completeSnapshots(engine);
  const { images, snapshots } = engine.state.ec2;
  for (const image of Object.values(images).filter(({ state }) => state === 'pending')) {
    const whole = disks.includes(image.disk);
    image.state = whole ? 'available' : 'failed';
    if (!whole) image.stateReason = { code: 'Server.InternalError', message: 'the copy of the disk was cut off' };
    for (const { snapshotId } of image.devices) {
      const snapshot = snapshots[snapshotId];
      if (snapshot) snapshot.state = whole ? 'completed' : 'error';
    }
  }
  const wanted = new Set(
    Object.values(images)
      .filter(({ state }) => state !== 'deregistered')
      .map(({ disk }) => disk),
  );
  for (const disk of disks) if (disk.startsWith('ami-') && !wanted.has(disk)) await engine.machines.removeDisk(disk);
}

/** Snapshots of single volumes hold no disk that could have been lost; those of images are judged with their image. */
function completeSnapshots(engine: Engine): void {
  for (const one of Object.values(engine.state.ec2.snapshots)) if (one.state === 'pending') one.state = 'completed';
}
