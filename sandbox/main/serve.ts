import Dockerode from 'dockerode';
import { realClock } from '../engine/clock.ts';
import { startImds } from '../engine/imds.ts';
import type { Engine } from '../engine/engine.ts';
import type { Machines } from '../engine/machines.ts';
import { dockerMachines } from '../engine/machines/docker.ts';
import { ensureMachineImage } from '../engine/machines/image/build.ts';
import { simulatedMachines } from '../engine/machines/simulated.ts';
import { startDns } from '../engine/route53/dns-server.ts';
import { startServer, type RunningServer } from '../server.ts';
import type { MainOptions } from './options.ts';

type Log = (line: string) => void;
/** Closes everything; a second call waits for the first. */
type Close = () => Promise<void>;

/** Brings everything up: machines, API with registry, metadata service. Resolves when it answers. */
export async function serve(options: MainOptions, log: Log, onShutdown: () => void): Promise<Close> {
  return options.machines === 'docker'
    ? serveDocker(options, log, onShutdown)
    : serveSimulated(options, log, onShutdown);
}

async function serveSimulated(options: MainOptions, log: Log, onShutdown: () => void): Promise<Close> {
  const machines = simulatedMachines({ clock: realClock });
  const server = await startServer({ ...options, provesForeignNames: true, machines, log, onShutdown });
  const closeDns = await serveNames(server.sandbox.engine, options, log);
  announce(server, options, log);
  return async () => {
    await closeDns();
    await server.close();
  };
}

async function serveDocker(options: MainOptions, log: Log, onShutdown: () => void): Promise<Close> {
  const { port: apiPort, sandboxId, egress } = options;
  const docker = new Dockerode();
  const image = await ensureMachineImage(docker, log);
  // Beside the API on the machines' bridge, where nothing else listens.
  const imdsPort = apiPort + 1;
  const machines = await dockerMachines({ docker, sandboxId, image, apiPort, imdsPort, egress, log });
  const rest = async () => stopMachines(machines, log);
  const server = await startServer({
    ...options,
    provesForeignNames: true,
    machines,
    hosts: [machines.gateway],
    log,
    onShutdown: () => void rest().then(onShutdown, onShutdown),
  });
  const { engine } = server.sandbox;
  const imds = await startImds(engine, {
    host: machines.gateway,
    port: imdsPort,
    instanceAt: (ip) => machines.instanceAt(ip),
  });
  const closeDns = await serveNames(engine, options, log);
  announce(server, options, log);
  return async () => {
    await closeDns();
    await imds.close();
    await server.close();
    await rest();
  };
}

/** Answers for the zones of Route 53, beside API and metadata service. All else works without it. */
async function serveNames(engine: Engine, { port }: MainOptions, log: Log): Promise<Close> {
  try {
    const dns = await startDns(engine, { port: port + 2 });
    log(`names of hosted zones are answered at ${dns.address} (dig @127.0.0.1 -p ${port + 2})`);
    return () => dns.close();
  } catch (error) {
    log(`names of hosted zones are not answered: ${String(error)}`);
    return async () => {};
  }
}

/** Nobody looks after them now; the next start powers them on again. */
async function stopMachines(machines: Machines, log: Log): Promise<void> {
  const { machines: ids } = await machines.list();
  if (ids.length > 0) log(`switching off ${ids.length} machines`);
  await Promise.all(ids.map((id) => machines.stop(id)));
}

function announce(server: RunningServer, { region, machines, stateDir }: MainOptions, log: Log): void {
  log(`ready at http://${server.authority}: ${region}, ${machines} machines, state in ${stateDir}`);
}
