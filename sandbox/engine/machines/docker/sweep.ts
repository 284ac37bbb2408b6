import type Dockerode from 'dockerode';
import { unlessStatus } from './api-error.ts';
import { listDisks, sweepDisks } from './disks.ts';
import { diskLabel, instanceLabel, namesOf, type Names } from './names.ts';

/** Removes what a sandbox that was cut off left half-made: copiers, disks without image, volumes without machine. */
export async function sweepHalfMade(docker: Dockerode, names: Names): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [names.filter] } });
  const machines = new Set(containers.flatMap(({ Labels }) => Labels[instanceLabel] ?? []));
  for (const { Id } of containers.filter(({ Labels }) => Labels[instanceLabel] === undefined)) {
    await unlessStatus(docker.getContainer(Id).remove({ force: true }), 404, 409);
  }
  await sweepDisks(docker, names);
  const disks = new Set(await listDisks(docker, names));
  const { Volumes } = await docker.listVolumes({ filters: { label: [names.filter] } });
  const orphaned = (Volumes ?? []).filter(
    ({ Labels }) => !machines.has(Labels?.[instanceLabel] ?? '') && !disks.has(Labels?.[diskLabel] ?? ''),
  );
  for (const { Name } of orphaned) await unlessStatus(docker.getVolume(Name).remove(), 404, 409);
}

/** Removes every trace of the sandbox `id` from Docker, but for the machine image, which all sandboxes share. Idempotent. */
export async function removeSandbox(docker: Dockerode, id: string): Promise<void> {
  const names = namesOf(id);
  const label = [names.filter];
  for (const { Id } of await docker.listContainers({ all: true, filters: { label } })) {
    await unlessStatus(docker.getContainer(Id).remove({ force: true, v: true }), 404, 409);
  }
  for (const { Id } of await docker.listImages({ filters: { label } })) {
    await unlessStatus(docker.getImage(Id).remove({ force: true }), 404);
  }
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  for (const { Name } of Volumes ?? []) await unlessStatus(docker.getVolume(Name).remove(), 404);
  await unlessStatus(docker.getNetwork(names.network).remove(), 404);
}
