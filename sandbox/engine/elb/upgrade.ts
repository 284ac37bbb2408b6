import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { request as plainRequest, ServerResponse, STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { chooseTarget } from './choose-target.ts';
import type { Choice } from './choose-target.ts';
import { countAnswer, countOwnError, countRequest } from './count.ts';
import { answerAction, errorPage } from './answer.ts';
import { forwardedHeaders, passOn } from './forwarded.ts';
import { targetAddress } from './probe.ts';
import { actionFor, idleMs } from './proxy.ts';
import type { Passage } from './proxy.ts';
import { trafficOf } from './runtime.ts';

/** The client's end of a connection that is to be upgraded. */
interface Client {
  socket: Duplex;
  /** What the client sent right after its request. */
  head: Buffer;
}

/** Passes an upgrade (WebSocket) to a target; after its 101 the two connections are one pipe that stays on that target. */
export async function handleUpgrade(passage: Passage, client: Client): Promise<void> {
  client.socket.on('error', () => client.socket.destroy());
  const action = actionFor(passage);
  if (action && action.Type !== 'forward') return answerWithout(action, passage, client.socket);
  const choice = action && chooseTarget(passage.engine, action, passage.request);
  if (!choice) return fail(passage, client.socket, 503);
  const counted = { ...passage, group: choice.group };
  countRequest(counted);
  countSocket(passage, choice, client.socket);
  const address = await targetAddress(passage.engine, choice.group, choice.target);
  if (!address) return fail(passage, client.socket, 502);
  const sentAt = performance.now();
  const send = choice.group.protocol === 'HTTPS' ? tlsRequest : plainRequest;
  const { method, url: path } = passage.request;
  const outgoing = send({
    ...address,
    method,
    path,
    headers: upgradeHeaders(passage),
    agent: false,
    rejectUnauthorized: false,
  });
  client.socket.once('close', () => outgoing.destroy());
  outgoing.setTimeout(idleMs(passage.balancer), () => fail(passage, client.socket, 504));
  outgoing.once('error', () => fail(passage, client.socket, 502));
  outgoing.once('response', (answer) => passRefusal(client.socket, choice, answer));
  outgoing.once('upgrade', (answer, socket, head) => {
    countAnswer(counted, 101, (performance.now() - sentAt) / 1000);
    outgoing.setTimeout(0);
    join({ passage, choice, client, answer }, socket, head);
  });
  outgoing.end();
}

/** Redirects and fixed responses are for those who ask for an upgrade, too. */
function answerWithout(action: Action, { listener, request }: Passage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  answerAction(action, listener, { request, response });
}

function countSocket(passage: Passage, choice: Choice, socket: Duplex): void {
  const traffic = trafficOf(passage.engine, choice.group, choice.key);
  traffic.requests += 1;
  traffic.sockets += 1;
  const cut = () => socket.destroy();
  traffic.cuts.add(cut);
  socket.once('close', () => {
    traffic.sockets -= 1;
    traffic.cuts.delete(cut);
  });
}

/** Only WebSockets are passed on as upgrades; whoever offers something else (h2c) gets a plain answer. */
function upgradeHeaders({ request, listener, balancer }: Passage): string[] {
  const headers = forwardedHeaders(request, listener, balancer);
  const isSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  return isSocket ? [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'] : headers;
}

interface Joined {
  passage: Passage;
  choice: Choice;
  client: Client;
  answer: IncomingMessage;
}

function join({ passage, choice, client, answer }: Joined, target: Duplex, head: Buffer): void {
  const headers = [...passOn(answer.rawHeaders, new Set()), ...choice.cookies.flatMap((line) => ['Set-Cookie', line])];
  client.socket.write(headText(answer, headers));
  if (head.length > 0) client.socket.write(head);
  if (client.head.length > 0) target.write(client.head);
  const end = () => {
    client.socket.destroy();
    target.destroy();
  };
  closeWhenIdle([client.socket, target], idleMs(passage.balancer), end);
  for (const socket of [client.socket, target]) {
    socket.on('error', end);
    socket.once('close', end);
  }
  client.socket.pipe(target);
  target.pipe(client.socket);
}

/** The idle timeout counts bytes in either direction. */
function closeWhenIdle(sockets: Duplex[], ms: number, end: () => void): void {
  const timer = setTimeout(end, ms);
  for (const socket of sockets) {
    socket.on('data', () => timer.refresh());
    socket.once('close', () => clearTimeout(timer));
  }
}

/** The target answered without upgrading: its answer is the client's, and the connection ends with it. */
function passRefusal(socket: Duplex, choice: Choice, answer: IncomingMessage): void {
  const headers = passOn(answer.rawHeaders, new Set(['connection', 'keep-alive', 'transfer-encoding']));
  headers.push('Connection', 'close', ...choice.cookies.flatMap((line) => ['Set-Cookie', line]));
  socket.write(headText(answer, headers));
  answer.on('error', () => socket.destroy());
  answer.pipe(socket);
}

function headText(answer: IncomingMessage, headers: string[]): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function fail(passage: Passage, socket: Duplex, status: number): void {
  if (socket.writable) countOwnError(passage, status);
  refuse(socket, status);
}

function refuse(socket: Duplex, status: number): void {
  if (!socket.writable) return;
  const body = errorPage(status);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\n`;
  socket.end(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}
