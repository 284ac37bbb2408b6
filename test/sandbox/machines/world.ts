import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Dockerode from 'dockerode';
import { startImds } from '../../../sandbox/engine/imds.ts';
import { dockerMachines, type DockerMachines } from '../../../sandbox/engine/machines/docker.ts';
import { removeSandbox } from '../../../sandbox/engine/machines/docker/sweep.ts';
import { ensureMachineImage } from '../../../sandbox/engine/machines/image/build.ts';
import { handleRegistry, isRegistryPath } from '../../../sandbox/engine/registry.ts';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';
import { handleApi } from '../../../sandbox/server/api-request.ts';

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
  const log: string[] = [];
  let sandbox: Sandbox | undefined;
  const newServer = () =>
    createServer((req, res) => {
      if (!sandbox) return void res.writeHead(503).end();
      const work = isRegistryPath(req.url ?? '')
        ? handleRegistry(sandbox.engine, path.join(stateDir, 'blobs'), req, res)
        : handleApi(sandbox, req, res);
      work.catch((error: unknown) => {
        log.push(`${req.method} ${req.url}: ${String(error)}`);
        res.destroy();
      });
    });
  const servers = [newServer(), newServer()];
  const [outside, inside] = servers as [Server, Server];
  const apiPort = await listen(outside, '127.0.0.1', 0);
  const imdsPort = await freePort();
  const machines = await dockerMachines({
    docker,
    sandboxId,
    image,
    apiPort,
    imdsPort,
    log: (line) => log.push(line),
  });
  await listen(inside, machines.gateway, apiPort);
  const authority = `127.0.0.1:${apiPort}`;
  sandbox = await createSandbox({
    region: 'eu-central-1',
    machines,
    stateDir,
    authority,
    log: (line) => log.push(line),
  });
  const imds = await startImds(sandbox.engine, {
    host: machines.gateway,
    port: imdsPort,
    instanceAt: (ip) => machines.instanceAt(ip),
  });
  const opened = sandbox;
  return {
    docker,
    sandbox: opened,
    machines,
    authority,
    log,
    [Symbol.asyncDispose]: async () => {
      await imds.close();
      for (const server of servers) server.closeAllConnections();
      for (const server of servers) server.close();
      await opened.close();
      await removeSandbox(docker, sandboxId);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, '0.0.0.0', 0);
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
