import type Dockerode from 'dockerode';
import type { MachineSpec } from '../../machines.ts';
import { isDockerStatus, unlessStatus } from './api-error.ts';
import { containerOptions } from './container.ts';
import { fillMachineVolume, makeMachineVolume } from './disks.ts';
import type { Names } from './names.ts';
import { capabilitiesIn, type Rights } from './rights.ts';
import { putFiles, seedFiles, type Surroundings } from './seed.ts';

/** What booting needs. */
export interface PowerTools {
  docker: Dockerode;
  names: Names;
  /** The stock machine image. */
  image: string;
  around: Surroundings;
  /** Lowered in place when the host turns out to refuse them. */
  rights: Rights;
}

/** Creates the machine from its disk and powers it on. Throws when it exists or its disk does not; leaves nothing then. */
export async function powerUp(tools: PowerTools, spec: MachineSpec): Promise<void> {
  try {
    await createAndStart(tools, spec);
  } catch (error) {
    if (tools.rights !== 'privileged' || !isRefusedPrivilege(error)) throw error;
    tools.rights = capabilitiesIn(withoutSysResource);
    await createAndStart(tools, spec);
  }
}

async function createAndStart(tools: PowerTools, spec: MachineSpec): Promise<void> {
  const { docker, names, around, rights } = tools;
  const image = await imageOf(tools, spec.disk);
  const options = containerOptions(spec, { names, image, rights, egress: around.egress });
  await makeMachineVolume(docker, names, spec.instanceId);
  const container = await createOnce(docker, options, spec.instanceId);
  try {
    await fillMachineVolume({ ...tools, rights: () => rights }, spec.instanceId, spec.disk);
    await putFiles(container, seedFiles(spec, around));
    await container.start();
  } catch (error) {
    await unlessStatus(container.remove({ force: true }), 404, 409);
    await unlessStatus(docker.getVolume(names.machine(spec.instanceId)).remove(), 404, 409);
    throw error;
  }
}

async function createOnce(docker: Dockerode, options: Dockerode.ContainerCreateOptions, instanceId: string) {
  try {
    return await docker.createContainer(options);
  } catch (error) {
    if (isDockerStatus(error, 409)) throw new Error(`machine ${instanceId} exists already`, { cause: error });
    throw error;
  }
}

async function imageOf({ docker, names, image }: PowerTools, disk: string): Promise<string> {
  if (disk === 'base') return image;
  const { repo, tag } = names.diskImage(disk);
  const found = await unlessStatus(docker.getImage(`${repo}:${tag}`).inspect(), 404);
  if (!found) throw new Error(`disk ${disk} does not exist`);
  return found.Id;
}

/** What runc says when it may not hand on a capability that it does not have itself. */
const isRefusedPrivilege = (error: unknown) =>
  error instanceof Error && /caps?.*operation not permitted|operation not permitted.*caps?/i.test(error.message);

/** The capability that microVMs and nested containers withhold (bit 24). */
const withoutSysResource = '3ffeffffff';
