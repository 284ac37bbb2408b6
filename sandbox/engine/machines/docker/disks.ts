import path from 'node:path';
import type Dockerode from 'dockerode';
import { unlessStatus } from './api-error.ts';
import { diskLabel, instanceLabel, type Names } from './names.ts';
import { rightsConfig, type Rights } from './rights.ts';

/** What copying disks needs. */
export interface DiskTools {
  docker: Dockerode;
  names: Names;
  /** The machine image: the copier lives in it. */
  image: string;
  /** Overlay file systems keep their marks in attributes that only an administrator sees. */
  rights: () => Rights;
}

/** Makes the empty volume for a machine's Docker root; to be done before its container, or Docker makes one without labels. */
export async function makeMachineVolume(docker: Dockerode, names: Names, instanceId: string): Promise<void> {
  const Labels = { ...names.labels, [instanceLabel]: instanceId };
  await docker.createVolume({ Name: names.machine(instanceId), Labels });
}

/** Fills the volume of a machine that is still off from the disk it boots from; `base` has nothing in it. */
export async function fillMachineVolume(tools: DiskTools, instanceId: string, disk: string): Promise<void> {
  const { names } = tools;
  if (disk !== 'base') await copyVolume(tools, names.diskVolume(disk), names.machine(instanceId));
}

/**
 * Copies a machine's disk under `disk`: its Docker root first, the rest as an image last, so that a disk whose image is
 * there is whole. A running machine is frozen meanwhile. Resolves with its size in bytes.
 */
export async function captureDisk(tools: DiskTools, instanceId: string, disk: string): Promise<{ bytes: number }> {
  const { docker, names } = tools;
  const container = docker.getContainer(names.machine(instanceId));
  const labels = { ...names.labels, [diskLabel]: disk };
  const running = (await container.inspect()).State.Running;
  await removeDisk(docker, names, disk);
  if (running) await container.pause();
  try {
    await docker.createVolume({ Name: names.diskVolume(disk), Labels: labels });
    const bytes = await copyVolume(tools, names.machine(instanceId), names.diskVolume(disk));
    const committed: { Id: string } = await container.commit({
      ...names.diskImage(disk),
      pause: false,
      changes: Object.entries(labels).map(([name, value]) => `LABEL ${name}=${value}`),
    });
    const { Size } = await docker.getImage(committed.Id).inspect();
    return { bytes: bytes + Size };
  } finally {
    if (running) await unlessStatus(container.unpause(), 404, 409);
  }
}

/** Machines that run from the disk go on: their volumes are copies, and Docker keeps an image's layers while they are used. */
export async function removeDisk(docker: Dockerode, names: Names, disk: string): Promise<void> {
  const { repo, tag } = names.diskImage(disk);
  await unlessStatus(docker.getImage(`${repo}:${tag}`).remove({ force: true }), 404);
  await unlessStatus(docker.getVolume(names.diskVolume(disk)).remove(), 404);
}

/** Keys of whole disks. */
export async function listDisks(docker: Dockerode, names: Names): Promise<string[]> {
  const images = await docker.listImages({ filters: { label: [names.filter, diskLabel], dangling: ['false'] } });
  return images.flatMap(({ Labels }) => Labels?.[diskLabel] ?? []);
}

/** Removes what is left of removed disks once no machine runs from them. */
export async function sweepDisks(docker: Dockerode, names: Names): Promise<void> {
  const images = await docker.listImages({ filters: { label: [names.filter, diskLabel], dangling: ['true'] } });
  for (const { Id } of images) await unlessStatus(docker.getImage(Id).remove(), 404, 409);
}

async function copyVolume(tools: DiskTools, from: string, to: string): Promise<number> {
  const { docker, names, image, rights } = tools;
  const { Mountpoint } = await docker.getVolume(to).inspect();
  const inHelper = (volume: string) => `/volumes/${volume}/${path.basename(Mountpoint)}`;
  const container = await docker.createContainer({
    Image: image,
    Labels: names.labels,
    Entrypoint: ['/usr/lib/sandbox/copy-docker-root', inHelper(from), inHelper(to)],
    HostConfig: {
      ...rightsConfig(rights()),
      NetworkMode: 'none',
      // both volumes through one mount, or the kernel refuses hard links between them
      Binds: [`${path.dirname(path.dirname(Mountpoint))}:/volumes`],
      LogConfig: { Type: 'json-file', Config: {} },
    },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const output = plainOutput(await container.logs({ stdout: true, stderr: true }));
    if (StatusCode !== 0) throw new Error(`volume ${from} could not be copied to ${to}: ${output}`);
    return Number(output) || 0;
  } finally {
    await unlessStatus(container.remove({ force: true }), 404, 409);
  }
}

/** A log without terminal comes in frames with a header of eight bytes (Docker API, ContainerAttach). */
function plainOutput(log: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; at += 8 + log.readUInt32BE(at + 4)) {
    parts.push(log.subarray(at + 8, at + 8 + log.readUInt32BE(at + 4)));
  }
  return Buffer.concat(parts).toString('utf8').trim();
}
