import type Dockerode from 'dockerode';
import type { Address } from '../../machines.ts';
import { unlessStatus } from './api-error.ts';
import { instanceLabel, type Names } from './names.ts';

interface Wires {
  /** The machine's address on the bridge. */
  ip: string;
  /** Port of the machine -> port of the host's loopback. */
  ports: Map<number, number>;
}

/** Who is where on the bridge, remembered while a machine runs: health checks and IMDS ask many times a second. */
export interface Wiring {
  address(instanceId: string, port: number): Promise<Address | undefined>;
  instanceAt(ip: string): Promise<string | undefined>;
  /** Call when a machine went off: Docker gives its address and ports to others. */
  forget(instanceId: string): void;
}

export function makeWiring(docker: Dockerode, names: Names): Wiring {
  const known = new Map<string, Wires>();
  const look = async (instanceId: string) => {
    const found = await unlessStatus(docker.getContainer(names.machine(instanceId)).inspect(), 404);
    if (!found?.State.Running) return undefined;
    const wires = wiresOf(found, names);
    known.set(instanceId, wires);
    return wires;
  };
  const knownAt = (ip: string) => [...known].find(([, wires]) => wires.ip === ip)?.[0];
  return {
    address: async (instanceId, port) => {
      const wires = known.get(instanceId) ?? (await look(instanceId));
      const published = wires?.ports.get(port);
      return published === undefined ? undefined : { host: '127.0.0.1', port: published };
    },
    instanceAt: async (ip) => {
      const found = knownAt(ip);
      if (found !== undefined) return found;
      const filters = { label: [names.filter, instanceLabel] };
      for (const { Labels } of await docker.listContainers({ filters })) await look(Labels[instanceLabel] ?? '');
      return knownAt(ip);
    },
    forget: (instanceId) => known.delete(instanceId),
  };
}

function wiresOf(found: Dockerode.ContainerInspectInfo, names: Names): Wires {
  const ports = Object.entries(found.NetworkSettings.Ports).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostPort }): [number, number] => [Number.parseInt(port, 10), Number(HostPort)]),
  );
  return { ip: found.NetworkSettings.Networks[names.network]?.IPAddress ?? '', ports: new Map(ports) };
}
