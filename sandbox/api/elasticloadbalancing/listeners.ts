import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { bindListener, renewTls, unbindListener } from '../../engine/elb/listen.ts';
import { wakeHealthLoop } from '../../engine/elb/runtime.ts';
import type { Listener } from '../../engine/elb/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { readActions } from './actions.ts';
import { usableCertificate } from './certificates.ts';
import { listener as findListener, listenersOf, loadBalancer } from './find.ts';
import { removeListener } from './load-balancers.ts';
import { page } from './page.ts';
import { readTags } from './tags.ts';
import { between, invalid, oneOf } from './validation.ts';

type Elb = typeof client;

const describe = (listener: Listener): client.Listener => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.loadBalancerArn,
  Port: listener.port,
  Protocol: listener.protocol,
  DefaultActions: listener.defaultActions,
  ...(listener.certificateArn && { Certificates: [{ CertificateArn: listener.certificateArn }] }),
  ...(listener.sslPolicy && { SslPolicy: listener.sslPolicy }),
});

const portInRange = between(1, 65_535);

interface ListenerInput {
  Protocol?: string | undefined;
  Port?: number | undefined;
  SslPolicy?: string | undefined;
  Certificates?: client.Certificate[] | undefined;
}

type Front = Pick<Listener, 'port' | 'protocol' | 'certificateArn' | 'sslPolicy'>;

/** Port and protocol with what an HTTPS listener needs besides. */
function readFront(engine: Engine, input: ListenerInput): Front {
  const { Protocol = '', Port = 0, Certificates = [] } = input;
  oneOf('HTTP', 'HTTPS')(Protocol, 'protocol');
  portInRange(Port, 'port');
  if (Protocol === 'HTTP') {
    if (Certificates.length > 0) throw invalid('A certificate cannot be specified for HTTP listeners');
    return { port: Port, protocol: 'HTTP' };
  }
  const certificateArn = Certificates[0]?.CertificateArn;
  if (!certificateArn) throw invalid('A certificate must be specified for HTTPS listeners');
  if (Certificates.length > 1) throw invalid('Only one certificate, the default one, can be specified');
  return {
    port: Port,
    protocol: 'HTTPS',
    certificateArn: usableCertificate(engine, certificateArn),
    sslPolicy: input.SslPolicy ?? 'ELBSecurityPolicy-2016-08',
  };
}

const create: HandlerFor<Elb, 'CreateListener'> = async (input, { engine }) => {
  const balancer = loadBalancer(engine, input.LoadBalancerArn);
  const front = readFront(engine, input);
  const defaultActions = readActions(engine, input.DefaultActions, balancer.arn);
  const known = listenersOf(engine, balancer.arn).find(({ port }) => port === front.port);
  if (known) {
    if (sameSettings(known, { ...known, ...front, defaultActions })) return { Listeners: [describe(known)] };
    const text = `A listener already exists on this port for this load balancer '${balancer.arn}'`;
    throw new AwsError('DuplicateListener', text);
  }
  const listener: Listener = {
    arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${engine.id('e').slice(-16)}`,
    loadBalancerArn: balancer.arn,
    ...front,
    defaultActions,
    tags: readTags(input.Tags),
  };
  await bindListener(engine, listener);
  engine.state.elb.listeners[listener.arn] = listener;
  wakeHealthLoop(engine);
  return { Listeners: [describe(listener)] };
};

/** "If you attempt to create multiple listeners with the same settings, each call succeeds" (API_CreateListener.html). */
const sameSettings = (a: Listener, b: Listener): boolean => JSON.stringify(describe(a)) === JSON.stringify(describe(b));

const describeAll: HandlerFor<Elb, 'DescribeListeners'> = (input, { engine }) => {
  if (!input.LoadBalancerArn && !input.ListenerArns) {
    throw invalid('You must specify either listener ARNs or a load balancer ARN');
  }
  const listeners =
    input.ListenerArns?.map((arn) => findListener(engine, arn)) ??
    listenersOf(engine, loadBalancer(engine, input.LoadBalancerArn ?? '').arn);
  const { items, ...rest } = page(listeners, input);
  return { Listeners: items.map(describe), ...rest };
};

const modify: HandlerFor<Elb, 'ModifyListener'> = async (input, { engine }) => {
  const listener = findListener(engine, input.ListenerArn);
  const balancer = loadBalancer(engine, listener.loadBalancerArn);
  const actions = input.DefaultActions && readActions(engine, input.DefaultActions, balancer.arn);
  const front = changesFront(input) ? newFront(engine, input, listener) : undefined;
  const taken = listenersOf(engine, balancer.arn).some((one) => one !== listener && one.port === front?.port);
  if (taken) {
    const text = `A listener already exists on this port for this load balancer '${balancer.arn}'`;
    throw new AwsError('DuplicateListener', text);
  }
  if (front) await moveListener(engine, listener, front);
  if (actions) listener.defaultActions = actions;
  wakeHealthLoop(engine);
  return { Listeners: [describe(listener)] };
};

const changesFront = (input: ListenerInput): boolean =>
  [input.Port, input.Protocol, input.Certificates, input.SslPolicy].some((one) => one !== undefined);

function newFront(engine: Engine, input: ListenerInput, listener: Listener): Front {
  const before = listener.certificateArn ? [{ CertificateArn: listener.certificateArn }] : [];
  const Protocol = input.Protocol ?? listener.protocol;
  const Certificates = input.Certificates ?? (Protocol === 'HTTPS' ? before : []);
  const SslPolicy = input.SslPolicy ?? listener.sslPolicy;
  return readFront(engine, { Protocol, Port: input.Port ?? listener.port, Certificates, SslPolicy });
}

/** Binds the new front; goes back to the old one when this computer refuses it. Another certificate alone cuts nobody off. */
async function moveListener(engine: Engine, listener: Listener, front: Front): Promise<void> {
  const before = { ...listener };
  if (front.protocol === 'HTTPS' && front.protocol === listener.protocol && front.port === listener.port) {
    Object.assign(listener, front);
    renewTls(engine, listener);
    return;
  }
  await unbindListener(engine, listener.arn);
  for (const key of ['certificateArn', 'sslPolicy'] as const) delete listener[key];
  if (front.protocol === 'HTTP') delete listener.moreCertificates;
  Object.assign(listener, front);
  try {
    await bindListener(engine, listener);
  } catch (error) {
    Object.assign(listener, before);
    await bindListener(engine, listener);
    throw error;
  }
}

export const listenerOperations: Operations<Elb> = {
  CreateListener: create,
  DescribeListeners: describeAll,
  ModifyListener: modify,
  DeleteListener: async ({ ListenerArn }, { engine }) => {
    await removeListener(engine, findListener(engine, ListenerArn).arn);
  },
};
