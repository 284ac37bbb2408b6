import { log } from './process.mjs';

/**
 * Moves clients away while the balancer stops sending new ones. Each pass closes what was open when it began, evenly over
 * the window; who comes back to us before the balancer looks elsewhere is served until the next pass.
 */
export function createDrain(connections, windowMs) {
  const pass = () => {
    const open = connections.movable();
    if (open.length > 0) log(`moving ${open.length} clients over ${windowMs / 1000} s`);
    closeEvenly(open, windowMs);
    setTimeout(pass, Math.max(windowMs, 1000)).unref();
  };
  return () => {
    if (connections.draining) return;
    connections.startDraining();
    log(`draining: ${connections.inFlight()} requests in flight`);
    pass();
  };
}

/** One in each equal slice of the window, at a random moment of its slice, so that clients never return in step. */
export function closeEvenly(open, windowMs) {
  open.forEach((one, index) => {
    setTimeout(() => one.close(), (windowMs * (index + Math.random())) / open.length);
  });
}
