import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { answerError } from './answer.ts';
import { countConnection } from './count.ts';
import { handleRequest, idleMs } from './proxy.ts';
import { runtimeOf } from './runtime.ts';
import type { Listener } from './state.ts';
import { defaultPair, tlsOptions } from './tls.ts';
import { handleUpgrade } from './upgrade.ts';

/** Limit of a request's headers: 64 KB (elasticloadbalancing/latest/application/load-balancer-limits.html). */
const maxHeaderSize = 64 * 1024;

/**
 * Binds the listener's port on its balancer's address and serves there. Throws `InvalidConfigurationRequest` when this
 * computer does not let us.
 */
export async function bindListener(engine: Engine, listener: Listener): Promise<void> {
  const balancer = engine.state.elb.loadBalancers[listener.loadBalancerArn];
  if (!balancer) return;
  const server = makeServer(engine, listener);
  server.keepAliveTimeout = idleMs(balancer);
  server.requestTimeout = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    server.keepAliveTimeout = idleMs(balancer);
    serve(
      engine,
      () => handleRequest({ engine, listener, balancer, request }, response),
      () => answerError(response, 500),
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    serve(
      engine,
      () => handleUpgrade({ engine, listener, balancer, request }, { socket, head }),
      () => socket.destroy(),
    );
  });
  let open = 0;
  server.on('connection', (socket: Duplex) => {
    open += 1;
    countConnection({ engine, balancer }, open);
    socket.once('close', () => (open -= 1));
  });
  server.on('clientError', (_error: Error, socket: Duplex) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  await listen(server, balancer.address, listener.port);
  server.on('error', (error) => engine.log(`listener ${listener.arn}: ${error.message}`));
  runtimeOf(engine).servers.set(listener.arn, server);
}

function makeServer(engine: Engine, listener: Listener): Server {
  return listener.protocol === 'HTTPS'
    ? createTlsServer({ ...tlsOptions(engine, listener), maxHeaderSize })
    : createServer({ maxHeaderSize });
}

/** New connections get the listener's present default certificate; open ones go on. */
export function renewTls(engine: Engine, listener: Listener): void {
  const server = runtimeOf(engine).servers.get(listener.arn);
  if (server instanceof TlsServer) server.setSecureContext(defaultPair(engine, listener));
}

function serve(engine: Engine, work: () => Promise<void>, giveUp: () => void): void {
  work().catch((error: unknown) => {
    engine.log(`balancer: ${error instanceof Error ? error.stack : String(error)}`);
    giveUp();
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): AwsError {
  return new AwsError(
    'InvalidConfigurationRequest',
    `The sandbox cannot listen on ${host}:${port}: ${whatToDo(error)}`,
  );
}

function whatToDo(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the port is taken by another program (EADDRINUSE). Stop that program or choose another listener port';
    case 'EACCES':
      return (
        'ports below 1024 need permission on this computer (EACCES). Choose a listener port of 1024 or more, run the ' +
        'sandbox as root, or allow it with sysctl net.ipv4.ip_unprivileged_port_start'
      );
    case 'EADDRNOTAVAIL':
      return 'this computer does not have that loopback address (EADDRNOTAVAIL)';
    default:
      return error.message;
  }
}

/** Stops listening; connections that are open are cut. */
export async function unbindListener(engine: Engine, listenerArn: string): Promise<void> {
  const { servers } = runtimeOf(engine);
  const server = servers.get(listenerArn);
  if (!server) return;
  servers.delete(listenerArn);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
