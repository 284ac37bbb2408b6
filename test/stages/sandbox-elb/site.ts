import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createServer, request } from 'node:http';
import type { Agent, IncomingMessage, OutgoingHttpHeaders, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../sandbox/engine/clock.ts';
import { simulatedMachines } from '../../../sandbox/engine/machines/simulated.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

/** The wall clock, `speed` times as fast: minutes of the balancer pass in a second of the test's. */
function fastClock(speed: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const timer = setTimeout(resolve, ms / speed);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
}

/** Asks until the answer is there. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not within 10 s: ${what}`);
}

export interface Answered {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Ask {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  agent?: Agent;
}

/** A sandbox with one balancer on one port and one target group of addresses. */
export async function startSite(options: { speed?: number; attributes?: Record<string, string>; path?: string } = {}) {
  const clock = fastClock(options.speed ?? 1);
  const log: string[] = [];
  const sandbox = await startSandbox({ clock, machines: simulatedMachines({ clock }), log: (line) => log.push(line) });
  const { elbv2 } = clients(sandbox);
  const subnets = Object.values(sandbox.engine.state.ec2.subnets).slice(0, 2);
  const vpcId = subnets[0]?.vpcId;
  const { LoadBalancers } = await elbv2.send(
    new CreateLoadBalancerCommand({ Name: 'shop', Subnets: subnets.map(({ id }) => id) }),
  );
  const { TargetGroups } = await elbv2.send(
    new CreateTargetGroupCommand({
      Name: 'shop',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpcId,
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthCheckPath: options.path ?? '/health',
    }),
  );
  const targetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const loadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const host = LoadBalancers?.[0]?.DNSName ?? '';
  const attributes = Object.entries(options.attributes ?? {}).map(([Key, Value]) => ({ Key, Value }));
  if (attributes.length > 0) {
    await elbv2.send(
      new ModifyTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn, Attributes: attributes }),
    );
  }
  const { Listeners } = await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerArn,
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
  const servers: Server[] = [];

  const health = async () => {
    const answer = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
    return answer.TargetHealthDescriptions ?? [];
  };

  /** Starts a server and puts it behind the balancer; resolves when it is healthy (or `state`). */
  const addTarget = async (listener: RequestListener, state = 'healthy') => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await registerTarget(port, state);
    return { server, port };
  };

  const registerTarget = async (port: number, state: string) => {
    const Targets = [{ Id: '127.0.0.1', Port: port }];
    await elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
    await eventually(`target ${port} ${state}`, async () =>
      (await health()).find((one) => one.Target?.Port === port && one.TargetHealth?.State === state),
    );
  };

  const ask = (path: string, { method = 'GET', headers = {}, body, agent }: Ask = {}) =>
    new Promise<Answered>((resolve, reject) => {
      const outgoing = request({ host, port: 8080, path, method, headers, agent: agent ?? false });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      outgoing.end(body);
    });

  return {
    sandbox,
    elbv2,
    host,
    log,
    loadBalancerArn,
    targetGroupArn,
    listenerArn: Listeners?.[0]?.ListenerArn ?? '',
    addTarget,
    registerTarget,
    health,
    ask,
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** A small app: health, its own name, and whatever it was asked. */
export const app =
  (name: string): RequestListener =>
  (request, response) => {
    response.setHeader('x-served-by', name);
    response.end(request.url === '/health' ? 'ok' : name);
  };
