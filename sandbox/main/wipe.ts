import { rm } from 'node:fs/promises';
import path from 'node:path';
import Dockerode from 'dockerode';
import { removeSandbox } from '../engine/machines/docker/sweep.ts';
import type { MainOptions } from './options.ts';

/** Removes the world of a sandbox that is stopped: what it made in Docker, its state, its registry. */
export async function wipe({ sandboxId, stateDir }: MainOptions, log: (line: string) => void): Promise<void> {
  const docker = new Dockerode();
  // A sandbox of simulated machines never needed Docker.
  if (await answers(docker)) await removeSandbox(docker, sandboxId);
  else log('Docker does not answer: if machines were made in it, they are still there');
  // By name, never the directory: somebody may have chosen one that holds other things.
  for (const name of ['state.json', 'state.json.new', 'blobs']) {
    await rm(path.join(stateDir, name), { recursive: true, force: true });
  }
}

const answers = (docker: Dockerode): Promise<boolean> =>
  docker.ping().then(
    () => true,
    () => false,
  );
