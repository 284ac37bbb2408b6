import type Dockerode from 'dockerode';
import type { Machines, PowerOff } from '../../machines.ts';
import { unlessStatus } from './api-error.ts';
import type { Consoles } from './console.ts';
import { sweepDisks } from './disks.ts';
import { instanceLabel, type Names } from './names.ts';
import type { Ending, Listeners } from './watch.ts';
import type { Wiring } from './wiring.ts';

/** How long an orderly shutdown may take before the plug is pulled. */
const shutdownSeconds = 60;

interface SwitchTools {
  docker: Dockerode;
  names: Names;
  consoles: Consoles;
  wiring: Wiring;
  log: (line: string) => void;
}

/** Switching machines off and on, and telling who else did. */
export interface Switches extends Pick<Machines, 'stop' | 'start' | 'terminate' | 'kill' | 'isRunning' | 'onPowerOff'> {
  /** What Docker's events are to be fed into. */
  news: Listeners;
}

export function makeSwitches({ docker, names, consoles, wiring, log }: SwitchTools): Switches {
  const listeners = new Set<(event: PowerOff) => void>();
  /** Machines that we are switching off: their end is no news. */
  const expected = new Set<string>();
  const container = (instanceId: string) => docker.getContainer(names.machine(instanceId));
  const isRunning = async (instanceId: string) =>
    (await unlessStatus(container(instanceId).inspect(), 404))?.State.Running;
  const start = async (instanceId: string) => {
    await unlessStatus(container(instanceId).start(), 304);
  };

  const died = async (instanceId: string, ending: Ending) => {
    wiring.forget(instanceId);
    if (expected.delete(instanceId)) return;
    log(`${instanceId}: ${ending}`);
    // a rebooting machine goes off and on; nobody notices
    if (ending === 'reboot') await start(instanceId);
    else for (const listener of listeners) listener({ instanceId, ...(ending === 'killed' ? { killed: true } : {}) });
  };
  const lost = async () => {
    const filters = { label: [names.filter, instanceLabel], status: ['exited', 'dead'] };
    for (const { Labels } of await docker.listContainers({ filters }))
      await died(Labels[instanceLabel] ?? '', 'killed');
  };
  const logged = (work: Promise<void>) => {
    work.catch((error: unknown) => log(`machines: ${String(error)}`));
  };

  return {
    isRunning,
    start,
    stop: async (instanceId) => {
      if (!(await isRunning(instanceId))) return;
      expected.add(instanceId);
      const stopped = await unlessStatus(container(instanceId).stop({ t: shutdownSeconds }), 304, 404);
      if (stopped === undefined) expected.delete(instanceId);
    },
    terminate: async (instanceId) => {
      if (await isRunning(instanceId)) expected.add(instanceId);
      await consoles.keep(instanceId, container(instanceId));
      await unlessStatus(container(instanceId).remove({ force: true }), 404, 409);
      await unlessStatus(docker.getVolume(names.machine(instanceId)).remove(), 404);
      await sweepDisks(docker, names);
      wiring.forget(instanceId);
    },
    kill: async (instanceId) => {
      if (await isRunning(instanceId)) await unlessStatus(container(instanceId).kill(), 404, 409);
    },
    onPowerOff: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    news: { died: (instanceId, ending) => logged(died(instanceId, ending)), lost: () => logged(lost()) },
  };
}
