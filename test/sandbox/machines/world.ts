import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Dockerode from 'dockerode';
import { startImds } from '../../../sandbox/engine/imds.ts';
import { dockerMachines, type DockerMachines } from '../../../sandbox/engine/machines/docker.ts';
import { removeSandbox } from '../../../sandbox/engine/machines/docker/sweep.ts';
import { ensureMachineImage } from '../../../sandbox/engine/machines/image/build.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { startServer } from '../../../sandbox/server.ts';
import { freePort } from '../../support/free-port.ts';

/** A sandbox on real machines, with all its sockets, as `redeploy sandbox up` makes one; nothing of it outlives the test. */
export interface RealWorld extends AsyncDisposable {
  docker: Dockerode;
  sandbox: Sandbox;
  machines: DockerMachines;
  /** `127.0.0.1:<port>`. */
  authority: string;
  log: string[];
}

export async function openRealWorld(sandboxId: string): Promise<RealWorld> {
  const docker = new Dockerode();
  const image = await ensureMachineImage(docker, (line) => process.stderr.write(`${line}\n`));
  const stateDir = await mkdtemp(path.join(tmpdir(), 'redeploy-world-'));
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const [apiPort, imdsPort] = [await freePort(), await freePort()];
  const machines = await dockerMachines({ docker, sandboxId, image, apiPort, imdsPort, log });
  const hosts = [machines.gateway];
  const server = await startServer({ region: 'eu-central-1', machines, stateDir, port: apiPort, hosts, log });
  const imds = await startImds(server.sandbox.engine, {
    host: machines.gateway,
    port: imdsPort,
    instanceAt: (ip) => machines.instanceAt(ip),
  });
  return {
    docker,
    sandbox: server.sandbox,
    machines,
    authority: server.authority,
    log: lines,
    [Symbol.asyncDispose]: async () => {
      await imds.close();
      await server.close();
      await removeSandbox(docker, sandboxId);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
