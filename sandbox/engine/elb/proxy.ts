import { request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Engine } from '../engine.ts';
import type { Address } from '../machines.ts';
import { answerAction, answerError } from './answer.ts';
import { chooseTarget } from './choose-target.ts';
import type { Choice } from './choose-target.ts';
import { countAnswer, countOwnError, countRequest } from './count.ts';
import { forwardedHeaders, hopByHop, passOn } from './forwarded.ts';
import { askedOf, chooseActions } from './match-rule.ts';
import { targetAddress } from './probe.ts';
import { trafficOf } from './runtime.ts';
import type { Listener, LoadBalancer } from './state.ts';

/** One request on its way through a listener. */
export interface Passage {
  engine: Engine;
  listener: Listener;
  balancer: LoadBalancer;
  request: IncomingMessage;
}

/** The action that a request meets last in its rule: the one that answers it. */
export function actionFor({ engine, listener, request }: Passage) {
  const actions = chooseActions(listener, Object.values(engine.state.elb.rules), askedOf(request));
  return actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).at(-1);
}

/** Answers a plain request: the listener's own answer, or a target's, streamed both ways. */
export async function handleRequest(passage: Passage, response: ServerResponse): Promise<void> {
  const action = actionFor(passage);
  if (!action || answerAction(action, passage.listener, { request: passage.request, response })) return;
  const choice = chooseTarget(passage.engine, action, passage.request);
  if (!choice) return fail(passage, response, 503);
  countRequest({ ...passage, group: choice.group });
  const traffic = trafficOf(passage.engine, choice.group, choice.key);
  traffic.requests += 1;
  traffic.inFlight += 1;
  response.once('close', () => (traffic.inFlight -= 1));
  const address = await targetAddress(passage.engine, choice.group, choice.target);
  if (address) forward({ passage, choice, address, response });
  else fail(passage, response, 502);
}

function fail(passage: Passage, response: ServerResponse, status: number): void {
  countOwnError(passage, status);
  answerError(response, status);
}

interface Forwarding {
  passage: Passage;
  choice: Choice;
  address: Address;
  response: ServerResponse;
}

export const idleMs = (balancer: LoadBalancer): number =>
  Number(balancer.attributes['idle_timeout.timeout_seconds'] ?? 60) * 1000;

/**
 * Sends the request to the target. A refused connection is a 502 and not tried elsewhere (as on AWS); only a kept-alive
 * connection that the target closed before it saw a request without body is replaced by a fresh one.
 */
function forward(forwarding: Forwarding): void {
  const { passage, choice, response } = forwarding;
  const traffic = trafficOf(passage.engine, choice.group, choice.key);
  const outgoing = openRequest(forwarding);
  const sentAt = performance.now();
  let over = false;
  const finish = (status: number) => {
    if (over) return;
    over = true;
    outgoing.destroy();
    fail(passage, response, status);
  };
  const cut = () => finish(502);
  traffic.cuts.add(cut);
  response.once('close', () => {
    over = true;
    traffic.cuts.delete(cut);
    outgoing.destroy();
  });
  outgoing.setTimeout(idleMs(passage.balancer), () => finish(504));
  outgoing.once('response', (answer) => {
    const seconds = (performance.now() - sentAt) / 1000;
    countAnswer({ ...passage, group: choice.group }, answer.statusCode ?? 502, seconds);
    passBack(forwarding, answer, () => finish(502));
  });
  outgoing.on('error', () => {
    if (over || !isStale(outgoing, passage.request)) return finish(502);
    over = true;
    traffic.cuts.delete(cut);
    forward(forwarding);
  });
  passage.request.on('error', () => outgoing.destroy());
  if (hasBody(passage.request)) passage.request.pipe(outgoing);
  else outgoing.end();
}

function openRequest({ passage, choice, address }: Forwarding): ClientRequest {
  const send = choice.group.protocol === 'HTTPS' ? tlsRequest : plainRequest;
  return send({
    ...address,
    method: passage.request.method,
    path: passage.request.url,
    headers: forwardedHeaders(passage.request, passage.listener, passage.balancer),
    agent: trafficOf(passage.engine, choice.group, choice.key).agent,
    rejectUnauthorized: false,
    // AWS refuses answers with larger headers.
    maxHeaderSize: 32 * 1024,
  });
}

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

const isStale = (outgoing: ClientRequest, request: IncomingMessage): boolean =>
  outgoing.reusedSocket && !hasBody(request);

const hopByHopBack: ReadonlySet<string> = new Set([...hopByHop, 'transfer-encoding']);

function passBack({ choice, response }: Forwarding, answer: IncomingMessage, onBroken: () => void): void {
  // Without it Node frames the body as the client's HTTP version wants it.
  const headers = passOn(answer.rawHeaders, hopByHopBack);
  for (const cookie of choice.cookies) headers.push('Set-Cookie', cookie);
  response.sendDate = answer.headers.date === undefined;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
  response.flushHeaders();
  answer.on('error', onBroken);
  answer.on('aborted', onBroken);
  answer.pipe(response);
}
