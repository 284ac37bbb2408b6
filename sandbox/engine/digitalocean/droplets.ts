import { closeGate, openGate } from '../ec2/gate.ts';
import type { Engine } from '../engine.ts';
import type { Droplet, DropletAction } from './state.ts';

/** Droplets that are made without a choice let these in. */
const defaultPorts = [22, 80, 443];

export interface DropletRequest {
  name: string;
  userData?: string;
  ports?: number[];
  tags?: string[];
}

/** Makes a droplet and boots its machine; resolves when that runs. */
export async function createDroplet(engine: Engine, request: DropletRequest): Promise<Droplet> {
  const droplet: Droplet = {
    id: 300_000_000 + engine.serial(),
    name: request.name,
    status: 'active',
    machineId: engine.id('i'),
    ports: request.ports ?? defaultPorts,
    tags: request.tags ?? [],
    createdAt: engine.clock.now(),
  };
  engine.state.digitalocean.droplets[droplet.id] = droplet;
  engine.save();
  const { machineId: instanceId, ports } = droplet;
  await engine.machines.boot({ instanceId, disk: 'base', userData: request.userData ?? '', ports });
  return droplet;
}

type Act = (engine: Engine, droplet: Droplet, name: string) => Promise<void>;

const acts: Record<string, Act> = {
  power_off: async (engine, droplet) => {
    await engine.machines.stop(droplet.machineId);
    droplet.status = 'off';
  },
  power_on: async (engine, droplet) => {
    await engine.machines.start(droplet.machineId);
    droplet.status = 'active';
  },
  snapshot: async (engine, droplet, name) => {
    const id = 200_000_000 + engine.serial();
    const { bytes } = await engine.machines.capture(droplet.machineId, `do-${id}`);
    const about = { id, name, dropletId: droplet.id, createdAt: engine.clock.now(), bytes };
    engine.state.digitalocean.snapshots[id] = about;
  },
};

/** `shutdown` is the orderly way down; the machine goes down in order either way. */
const aliases: Record<string, string> = { shutdown: 'power_off' };

export const knowsAction = (type: string): boolean => (aliases[type] ?? type) in acts;

/** Whether something is being done to a droplet. */
export const isBusy = (engine: Engine, { id }: Droplet): boolean =>
  Object.values(engine.state.digitalocean.actions).some((one) => one.dropletId === id && one.status === 'in-progress');

/** Begins an action; who asks for it polls it. */
export function startAction(engine: Engine, droplet: Droplet, type: string, name: string): DropletAction {
  const action: DropletAction = {
    id: 1_000_000_000 + engine.serial(),
    type,
    status: 'in-progress',
    dropletId: droplet.id,
    startedAt: engine.clock.now(),
  };
  engine.state.digitalocean.actions[action.id] = action;
  engine.background(`${type} of droplet ${droplet.id}`, async () => {
    try {
      await engine.clock.sleep(engine.timing.commandMs, engine.signal);
      await acts[aliases[type] ?? type]?.(engine, droplet, name);
      action.status = 'completed';
    } catch (error) {
      action.status = 'errored';
      engine.log(`droplet ${droplet.id}: ${type}: ${String(error)}`);
    }
    action.completedAt = engine.clock.now();
    engine.save();
  });
  return action;
}

/** Destroys machine and droplet; its snapshots and reserved addresses stay. */
export async function destroyDroplet(engine: Engine, droplet: Droplet): Promise<void> {
  const { droplets, reservedIps } = engine.state.digitalocean;
  for (const [ip, { dropletId }] of Object.entries(reservedIps))
    if (dropletId === droplet.id) await assignIp(engine, ip);
  await engine.machines.terminate(droplet.machineId);
  delete droplets[droplet.id];
  engine.save();
}

/** Sends what arrives at a reserved address to a droplet's ports; to nobody without one. */
export async function assignIp(engine: Engine, ip: string, droplet?: Droplet): Promise<void> {
  const address = { id: `do ${ip}`, publicIp: ip, tags: {}, ...(droplet && { instanceId: droplet.machineId }) };
  await closeGate(engine, address);
  engine.state.digitalocean.reservedIps[ip] = droplet ? { dropletId: droplet.id } : {};
  if (droplet) await openGate(engine, address, droplet);
  engine.save();
}
