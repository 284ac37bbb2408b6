import type { Engine } from '../../engine/engine.ts';

const defaultPort = 4780;
let handedOut = 0;

/**
 * A loopback address for one more load balancer. Linux answers on all of 127.0.0.0/8, so each gets its own; elsewhere there is
 * only 127.0.0.1. Sandboxes side by side must not meet: 127.66.0.N, or 127.HI.LO.N from the bytes of an API port of one's
 * own; simulated ones, of which tests run many without a port, go by process.
 */
export function freeAddress(engine: Engine, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'linux') return '127.0.0.1';
  const used = new Set(Object.values(engine.state.elb.loadBalancers).map(({ address }) => address));
  const simulated = engine.machines.kind === 'simulated';
  const net = simulated ? ofProcess(process.pid) : ofPort(Number(engine.authority.split(':')[1] ?? defaultPort));
  let last = simulated ? (handedOut++ % 250) + 2 : 1;
  while (used.has(`${net}.${last}`)) last = (last % 254) + 1;
  return `${net}.${last}`;
}

const ofPort = (port: number): string => (port === defaultPort ? '127.66.0' : `127.${port >> 8}.${port & 0xff}`);
const ofProcess = (pid: number): string => `127.${128 + ((pid >> 8) & 0x7e)}.${pid & 0xff}`;
