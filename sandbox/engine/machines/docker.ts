import type Dockerode from 'dockerode';
import type { Machines } from '../machines.ts';
import { makeConsoles } from './docker/console.ts';
import { captureDisk, listDisks, removeDisk, type DiskTools } from './docker/disks.ts';
import { instanceLabel, namesOf } from './docker/names.ts';
import { ensureNetwork } from './docker/network.ts';
import { powerUp, type PowerTools } from './docker/power-up.ts';
import { hostRights } from './docker/rights.ts';
import { sweepHalfMade } from './docker/sweep.ts';
import { makeSwitches } from './docker/switches.ts';
import { runInContainer } from './docker/run.ts';
import { readUsage } from './docker/usage.ts';
import { watchMachines } from './docker/watch.ts';
import { makeWiring } from './docker/wiring.ts';

export interface DockerMachinesOptions {
  docker: Dockerode;
  /** Which sandbox: everything made in Docker bears it in name and label. Small letters, digits and dashes. */
  sandboxId: string;
  /** From `ensureMachineImage`. */
  image: string;
  /** Port of API and registry, on 127.0.0.1 of host and machines and on the gateway. */
  apiPort: number;
  /** Port of the metadata service on the gateway. */
  imdsPort: number;
  /** Whether machines may reach the world; they reach nothing but the gateway unless set. */
  egress?: boolean;
  log?: (line: string) => void;
}

/** Real machines, and what the metadata service must know about them. */
export interface DockerMachines extends Machines {
  /** The host's address on the machines' bridge: API, registry and metadata service must listen there too. */
  readonly gateway: string;
  /** Which machine has this address on the bridge. */
  instanceAt(ip: string): Promise<string | undefined>;
}

/** Machines as systemd containers with a Docker engine of their own. Machines of an earlier run are taken up again. */
export async function dockerMachines(options: DockerMachinesOptions): Promise<DockerMachines> {
  const { docker, image, apiPort, imdsPort, egress = false, log = () => {} } = options;
  const names = namesOf(options.sandboxId);
  await sweepHalfMade(docker, names);
  const { gateway } = await ensureNetwork(docker, names, egress);
  const around = { gateway, apiPort, imdsPort, egress };
  const power: PowerTools = { docker, names, image, around, rights: await hostRights() };
  const disks: DiskTools = { docker, names, image, rights: () => power.rights };
  const consoles = makeConsoles();
  const wiring = makeWiring(docker, names);
  const { news, ...switches } = makeSwitches({ docker, names, consoles, wiring, log });
  const abort = new AbortController();
  await watchMachines(docker, names, news, abort.signal);
  return {
    ...switches,
    kind: 'docker',
    gateway,
    instanceAt: (ip) => wiring.instanceAt(ip),
    boot: (spec) => powerUp(power, spec),
    address: (instanceId, port) => wiring.address(instanceId, port),
    run: (instanceId, request) => runInContainer(docker.getContainer(names.machine(instanceId)), request),
    usage: (instanceId) => readUsage(docker.getContainer(names.machine(instanceId))),
    capture: (instanceId, disk) => captureDisk(disks, instanceId, disk),
    removeDisk: (disk) => removeDisk(docker, names, disk),
    consoleOutput: (instanceId) => consoles.read(instanceId, docker.getContainer(names.machine(instanceId))),
    list: async () => {
      const found = await docker.listContainers({ all: true, filters: { label: [names.filter, instanceLabel] } });
      const machines = found.flatMap(({ Labels }) => Labels[instanceLabel] ?? []);
      return { machines, disks: await listDisks(docker, names) };
    },
    close: async () => abort.abort(),
  };
}
