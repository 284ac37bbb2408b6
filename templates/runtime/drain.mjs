import { log } from './process.mjs';

const LOOK_AGAIN_MS = 1000;
/** For those who come when the window is over already: soon, and still not all at once. */
const LATE_WINDOW_MS = 3000;

/**
 * Moves clients away while the balancer stops sending new ones: who is there is moved evenly over the window. Who comes
 * (back) before the balancer looks elsewhere is served, and moved in what is left of the window.
 */
export function createDrain(connections, windowMs) {
  let running;

  const look = () => {
    const open = connections.movable().filter(({ key }) => !running.planned.has(key));
    const leftMs = Math.max(running.endsAt - Date.now(), Math.min(windowMs, LATE_WINDOW_MS));
    if (open.length > 0) log(`moving ${open.length} clients over ${leftMs / 1000} s`);
    for (const { key } of open) running.planned.add(key);
    running.timers.push(...closeEvenly(open, leftMs), setTimeout(look, LOOK_AGAIN_MS).unref());
  };

  return {
    start: () => {
      if (running || connections.draining) return;
      connections.startDraining();
      log(`draining: ${connections.inFlight()} requests in flight`);
      running = { planned: new WeakSet(), endsAt: Date.now() + windowMs, timers: [] };
      look();
    },
    /** The machine is back in service: who was not moved yet stays. */
    cancel: () => {
      if (!running) return;
      for (const timer of running.timers) clearTimeout(timer);
      running = undefined;
      connections.stopDraining();
      log('back in service');
    },
  };
}

/** One in each equal slice of the window, at a random moment of its slice, so that clients never return in step. Its timers. */
export function closeEvenly(open, windowMs) {
  return open.map((one, index) =>
    setTimeout(() => one.close(), (windowMs * (index + Math.random())) / open.length),
  );
}
