import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engine/engine.ts';
import { answerCertificates } from './certificates.ts';
import { setUpDeployer } from './deployer.ts';
import { learnIssuer } from './issuers.ts';
import { changeWeather } from './weather.ts';

/** What `/_sandbox/…` can do besides looking. */
export interface ControlActions {
  /** Wall-clock milliseconds at which the server began. */
  startedAt: number;
  /** Ends the server after the answer has gone out. */
  shutdown(): void;
}

/** What GET /_sandbox/status answers. */
interface SandboxStatus {
  region: string;
  account: string;
  authority: string;
  /** Process id of the server. */
  pid: number;
  uptimeSeconds: number;
  /** Which hardware is behind EC2. */
  kind: 'docker' | 'simulated';
  machines: { id: string; state: string; imageId: string }[];
  loadBalancers: { name: string; address: string; urls: string[] }[];
}

/** Answers the sandbox's own endpoints: status, weather, certificates, deployers, issuers of tokens, shutdown, a machine's console. */
export async function handleControl(
  engine: Engine,
  actions: ControlActions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
  const route = `${request.method} ${path}`;
  const consoleOf = /^GET \/_sandbox\/machines\/([^/]+)\/console$/.exec(route)?.[1];
  if (route === 'GET /_sandbox/status') return json(response, 200, statusOf(engine, actions.startedAt));
  if (consoleOf !== undefined) return sendConsole(engine, consoleOf, response);
  if (route === 'GET /_sandbox/weather') return json(response, 200, engine.sky.rules);
  if (Object.hasOwn(orders, route)) return obey(engine, route, request, response);
  if (path.startsWith('/_sandbox/certificates')) return answerCertificates(engine, route, response);
  if (route === 'POST /_sandbox/shutdown') return shutDown(actions, request, response);
  return json(response, 404, { message: `nothing at ${route}` });
}

function shutDown(actions: ControlActions, request: IncomingMessage, response: ServerResponse): void {
  if (!isFromHere(request)) return json(response, 403, { message: 'only from this host, and not from a browser' });
  json(response, 202, { message: 'shutting down' });
  response.on('close', () => actions.shutdown());
}

/** What only this user may ask for; each gives its answer, or says what is wrong with the request. */
const orders: Record<string, (engine: Engine, request: IncomingMessage) => Promise<object | string>> = {
  'POST /_sandbox/weather': async (engine, request) => {
    const mistake = await changeWeather(engine.sky, request);
    if (mistake !== undefined) return mistake;
    engine.log(`weather: ${engine.sky.rules.map(({ kind }) => kind).join(', ') || 'fine'}`);
    return engine.sky.rules;
  },
  'POST /_sandbox/deployer': setUpDeployer,
  'POST /_sandbox/issuers': async (engine, request) => (await learnIssuer(engine, request)) ?? {},
};

async function obey(engine: Engine, route: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isFromHere(request)) return json(response, 403, { message: 'only from this host, and not from a browser' });
  const answer = await orders[route]?.(engine, request);
  return typeof answer === 'string' ? json(response, 400, { message: answer }) : json(response, 200, answer ?? {});
}

/** Machines come in through the bridge's address, web pages send their origin: neither may end the sandbox, spoil its weather or get a key. */
function isFromHere(request: IncomingMessage): boolean {
  const local = request.socket.localAddress ?? '';
  return request.headers.origin === undefined && /^(::ffff:)?127\.|^::1$/.test(local);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body, undefined, 2)}\n`);
}

async function sendConsole(engine: Engine, instanceId: string, response: ServerResponse): Promise<void> {
  const text = await engine.machines.consoleOutput(instanceId);
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function statusOf(engine: Engine, startedAt: number): SandboxStatus {
  const { account, region, ec2, elb } = engine.state;
  const listeners = Object.values(elb.listeners);
  return {
    region,
    account,
    authority: engine.authority,
    pid: process.pid,
    uptimeSeconds: Math.round((Date.now() - startedAt) / 1000),
    kind: engine.machines.kind,
    machines: Object.values(ec2.instances).map(({ id, state, imageId }) => ({ id, state, imageId })),
    loadBalancers: Object.values(elb.loadBalancers).map(({ arn, name, address }) => ({
      name,
      address,
      urls: listeners
        .filter(({ loadBalancerArn }) => loadBalancerArn === arn)
        .map(({ protocol, port }) => `${protocol.toLowerCase()}://${address}:${port}`),
    })),
  };
}
