import type Dockerode from 'dockerode';
import { isDockerStatus } from './api-error.ts';
import type { Names } from './names.ts';

/**
 * The bridge that all machines of a sandbox hang on; resolves with its gateway, the host's own address there. Without
 * `egress` Docker does not translate addresses for it, so that nothing gets back even if a machine finds a way out.
 */
export async function ensureNetwork(docker: Dockerode, names: Names, egress: boolean): Promise<{ gateway: string }> {
  const gateway = (await findGateway(docker, names)) ?? (await createNetwork(docker, names, egress));
  return { gateway };
}

async function createNetwork(docker: Dockerode, names: Names, egress: boolean): Promise<string> {
  const masquerade = egress ? 'true' : 'false';
  await docker.createNetwork({
    Name: names.network,
    CheckDuplicate: true,
    Driver: 'bridge',
    Labels: names.labels,
    Options: { 'com.docker.network.bridge.enable_ip_masquerade': masquerade },
  });
  const gateway = await findGateway(docker, names);
  if (gateway === undefined) throw new Error(`network ${names.network} has no gateway`);
  return gateway;
}

async function findGateway(docker: Dockerode, names: Names): Promise<string | undefined> {
  try {
    const found = await docker.getNetwork(names.network).inspect();
    return found.IPAM?.Config?.[0]?.['Gateway'];
  } catch (error) {
    if (isDockerStatus(error, 404)) return undefined;
    throw error;
  }
}
