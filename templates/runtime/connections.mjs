import http from 'http';
import { closeOnce, closeResponse, closeUpgraded, isLongLived } from './movable.mjs';

/**
 * Sees every connection of every http.Server that the app makes, by standing in front of `emit`: frameworks take listeners
 * off a server and wrap them (sockjs and Meteor's ddp-server do), but nobody takes `emit` off.
 */
export function watchConnections({ port, release, instance, healthPath, keepAliveMs }) {
  const upgraded = new Map(); // socket -> speaks WebSocket
  const responses = new Map(); // response -> path
  const longLived = () => [...responses].filter(([response, path]) => isLongLived(response, path));
  const servers = new Set();
  const connections = {
    listening: false,
    draining: false,
    /** What would stay open by itself: DDP sockets and streams. Each has a `key` and a `close()` that may be called twice. */
    movable: () => [
      ...[...upgraded].map(([socket, isWebSocket]) => closeOnce(socket, () => closeUpgraded(socket, isWebSocket))),
      ...longLived().map(([response]) => closeOnce(response, () => closeResponse(response))),
    ],
    /** What ends by itself soon: ordinary requests. */
    inFlight: () => responses.size - longLived().length,
    /** From now on every answer asks for its connection to be closed, and health says 503. */
    startDraining: () => {
      connections.draining = true;
      for (const response of responses.keys()) response.shouldKeepAlive = false;
    },
    stopDraining: () => {
      connections.draining = false;
    },
    stopAccepting: () => {
      for (const server of servers) server.close();
    },
  };

  const seen = {
    listening(server) {
      servers.add(server);
      outliveBalancer(server, keepAliveMs);
      const address = server.address();
      if (port === 0 || (address && address.port === port)) connections.listening = true;
    },
    request(server, request, response) {
      if (connections.draining) response.shouldKeepAlive = false;
      if (pathOf(request) === healthPath) return answerHealth(connections, { release, instance }, response);
      responses.set(response, pathOf(request));
      response.once('close', () => responses.delete(response));
      return false;
    },
    upgrade(server, request, socket) {
      upgraded.set(socket, String(request.headers.upgrade).toLowerCase() === 'websocket');
      socket.once('close', () => upgraded.delete(socket));
    },
  };

  // oxlint-disable-next-line typescript/unbound-method -- called below with the server it belongs to
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function watchedEmit(event, ...values) {
    const handler = typeof event === 'string' && Object.hasOwnProperty.call(seen, event) ? seen[event] : undefined;
    if (handler && handler(this, ...values) === true) return true;
    return emit.call(this, event, ...values);
  };
  return connections;
}

function pathOf(request) {
  return request.url.split('?', 1)[0];
}

function answerHealth(connections, who, response) {
  const status = connections.draining ? 'draining' : connections.listening ? 'ok' : 'starting';
  response.statusCode = status === 'ok' ? 200 : 503;
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify({ ...who, status }));
  return true;
}

/**
 * A server that closes an idle connection earlier than the balancer does makes it send a request into a closing
 * connection now and then, which the visitor sees as a 502. Node's default is 5 s, an AWS balancer's idle timeout 60 s.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
function outliveBalancer(server, keepAliveMs) {
  if (server.keepAliveTimeout < keepAliveMs) server.keepAliveTimeout = keepAliveMs;
  if (server.headersTimeout > 0 && server.headersTimeout <= server.keepAliveTimeout) {
    server.headersTimeout = server.keepAliveTimeout + 1000;
  }
}
