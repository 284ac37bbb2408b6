import { closeEvenly } from './drain.mjs';
import { log } from './process.mjs';

const LOOK_AGAIN_MS = 20;
/** The part of the limit in which clients are moved; the rest is for their good-byes and for slow requests. */
const MOVING_SHARE = 0.5;

/**
 * Stops within the limit: moves the remaining clients, lets requests finish, exits 0. A second signal exits at once with
 * `abruptCode`. An app that handles the signal itself is given until the limit to exit in its own way.
 */
export function createStop(connections, drainMs, limitMs) {
  let stopping = false;
  return (signal, abruptCode) => {
    if (stopping) process.exit(abruptCode);
    stopping = true;
    const appHandlesIt = process.listenerCount(signal) > 1;
    connections.startDraining();
    const open = connections.movable();
    const windowMs = Math.min(drainMs, limitMs * MOVING_SHARE);
    closeEvenly(open, windowMs);
    log(`stopping: ${open.length} clients, ${connections.inFlight()} requests in flight`);
    finish({ connections, windowMs, limitMs, appHandlesIt });
  };
}

function finish({ connections, windowMs, limitMs, appHandlesIt }) {
  const startedAt = Date.now();
  const look = () => {
    const elapsedMs = Date.now() - startedAt;
    const clients = connections.movable();
    const left = clients.length + connections.inFlight();
    if (elapsedMs >= limitMs) exit(left);
    if (left === 0 && !appHandlesIt) exit(0);
    if (elapsedMs >= windowMs) closeDoor(connections, clients);
    setTimeout(look, LOOK_AGAIN_MS);
  };
  look();
}

function closeDoor(connections, clients) {
  connections.stopAccepting();
  for (const client of clients) client.close();
}

function exit(left) {
  if (left > 0) log(`stopped with ${left} connections still open`);
  process.exit(0);
}
