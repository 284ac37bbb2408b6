import type { Clock } from '../clock.ts';
import type { Address, Machines, MachineSpec, MachineWorld, PowerOff, ProbeAnswer } from '../machines.ts';
import { connectionRefused, openDoor, timedOut, type Door } from './simulated-door.ts';
import { noUsage, powerOn, type Behaviour, type Box } from './simulated-script.ts';

export type { Act, Behaviour, Script } from './simulated-script.ts';

export interface SimulatedOptions {
  clock: Clock;
  /** What the user data of a machine does; default: it boots and idles. */
  behaviour?: Behaviour;
}

/** Machines without Docker: what a script says happens, on the given clock, in this process. Made for 500 at a time. */
export interface SimulatedMachines extends Machines {
  readonly kind: 'simulated';
  probe(instanceId: string, port: number, path: string): Promise<ProbeAnswer>;
  /** Pulls the plug from outside, as somebody who kills the container. */
  kill(instanceId: string): void;
  /** For machines that boot from now on. */
  behave(behaviour: Behaviour): void;
}

export function simulatedMachines({ clock, behaviour = () => ({}) }: SimulatedOptions): SimulatedMachines {
  const boxes = new Map<string, Box>();
  const disks = new Map<string, Record<string, string>>();
  const consoles = new Map<string, string[]>();
  const doors = new Map<string, Promise<Door>>();
  const listeners = new Set<(event: PowerOff) => void>();
  let current = behaviour;
  let world: MachineWorld = { setTag: () => undefined };

  const goneOff = (box: Box, killed: boolean) => {
    const event = { instanceId: box.spec.instanceId, ...(killed && { killed }) };
    // as news from elsewhere: never inside the call that made it happen
    setImmediate(() => listeners.forEach((listener) => listener(event)));
  };

  const newBox = (spec: MachineSpec): Box => {
    const lines: string[] = [];
    consoles.set(spec.instanceId, lines);
    const box: Box = {
      spec,
      lines,
      script: current(spec),
      disk: { ...disks.get(spec.disk) },
      power: undefined,
      ports: new Map(),
      usage: noUsage(),
      setTag: (key, value) => world.setTag(spec.instanceId, key, value),
      goneOff: (killed) => goneOff(box, killed),
    };
    return box;
  };
  const known = (instanceId: string): Box => {
    const found = boxes.get(instanceId);
    if (!found) throw new Error(`there is no machine ${instanceId}`);
    return found;
  };
  const off = (instanceId: string) => boxes.get(instanceId)?.power?.abort(new Error('powered off'));

  const probe = async (instanceId: string, port: number, path: string): Promise<ProbeAnswer> => {
    const target = boxes.get(instanceId);
    if (!target?.power || !target.spec.ports.includes(port)) throw timedOut();
    const listener = target.ports.get(port);
    if (!listener) throw connectionRefused();
    const { status, headers = {}, body = '' } = await listener({ method: 'GET', path, headers: {} });
    return { status, headers, body };
  };

  const address = async (instanceId: string, port: number): Promise<Address | undefined> => {
    const target = boxes.get(instanceId);
    if (!target?.power || !target.spec.ports.includes(port)) return undefined;
    const key = `${instanceId} ${port}`;
    const door = doors.get(key) ?? openDoor(() => boxes.get(instanceId)?.ports.get(port));
    doors.set(key, door);
    return { host: '127.0.0.1', port: (await door).port };
  };

  const closeDoors = async (instanceId?: string) => {
    for (const [key, door] of doors) {
      if (instanceId !== undefined && !key.startsWith(`${instanceId} `)) continue;
      doors.delete(key);
      await (await door).close();
    }
  };

  return {
    kind: 'simulated',
    boot: async (spec) => {
      if (boxes.has(spec.instanceId)) throw new Error(`${spec.instanceId} was booted before`);
      if (spec.disk !== 'base' && !disks.has(spec.disk)) throw new Error(`there is no disk ${spec.disk}`);
      const box = newBox(spec);
      boxes.set(spec.instanceId, box);
      await powerOn(box, clock);
    },
    stop: async (instanceId) => {
      off(instanceId);
      await closeDoors(instanceId);
    },
    start: async (instanceId) => {
      const box = known(instanceId);
      if (!box.power) await powerOn(box, clock);
    },
    terminate: async (instanceId) => {
      off(instanceId);
      boxes.delete(instanceId);
      await closeDoors(instanceId);
    },
    isRunning: async (instanceId) => {
      const box = boxes.get(instanceId);
      return box && box.power !== undefined;
    },
    onPowerOff: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    run: async (instanceId, { script }) => {
      const box = known(instanceId);
      if (!box.power) throw new Error(`${instanceId} is off`);
      const missing = { exitCode: 127, stderr: 'sh: 1: not found\n' };
      const answer = (await box.script.shell?.(script)) ?? missing;
      return { exitCode: 0, stdout: '', stderr: '', ...answer, timedOut: false };
    },
    usage: async (instanceId) => {
      const box = boxes.get(instanceId);
      return box?.power && { ...box.usage };
    },
    connect: (connected) => {
      world = connected;
    },
    address,
    probe,
    kill: (instanceId) => {
      const box = known(instanceId);
      if (!box.power) return;
      off(instanceId);
      goneOff(box, true);
    },
    behave: (next) => {
      current = next;
    },
    capture: async (instanceId, disk) => {
      const box = known(instanceId);
      if (box.script.captureError !== undefined) throw new Error(box.script.captureError);
      disks.set(disk, { ...box.disk });
      return { bytes: JSON.stringify(box.disk).length };
    },
    removeDisk: async (disk) => {
      disks.delete(disk);
    },
    consoleOutput: async (instanceId) => (consoles.get(instanceId) ?? []).map((line) => `${line}\n`).join(''),
    list: async () => ({ machines: [...boxes.keys()], disks: [...disks.keys()] }),
    close: async () => {
      for (const instanceId of boxes.keys()) off(instanceId);
      await closeDoors();
      listeners.clear();
    },
  };
}
