import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { timings, type Timing } from '../engine/engine.ts';
import { defaultPort } from '../server.ts';

/** What the sandbox's own process is told. */
export interface MainOptions {
  port: number;
  region: string;
  stateDir: string;
  machines: 'docker' | 'simulated';
  timing: Timing;
  /** Whether machines may reach the world and not only the sandbox. */
  egress: boolean;
  /** Remove everything that this sandbox made, and end. */
  wipe: boolean;
  /** Part of the name of everything that it makes in Docker; the same for the same directory. */
  sandboxId: string;
}

/** Reads the command line; throws for anything that it does not know. */
export function readOptions(argv: readonly string[]): MainOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: String(defaultPort) },
      region: { type: 'string', default: 'us-east-1' },
      'state-dir': { type: 'string' },
      machines: { type: 'string', default: 'docker' },
      latency: { type: 'string', default: 'none' },
      egress: { type: 'boolean', default: false },
      wipe: { type: 'boolean', default: false },
    },
  });
  const { port, region, machines, latency, egress, wipe } = values;
  const stateDir = values['state-dir'];
  if (stateDir === undefined) throw new Error('--state-dir is missing');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_533) throw new Error(`--port ${port} is no port`);
  return {
    port: Number(port),
    region,
    stateDir: path.resolve(stateDir),
    machines: oneOf('machines', machines, ['docker', 'simulated']),
    timing: timings[oneOf('latency', latency, ['none', 'aws'])],
    egress,
    wipe,
    sandboxId: createHash('sha256').update(path.resolve(stateDir)).digest('hex').slice(0, 8),
  };
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`--${name} ${value} is none of ${known.join(', ')}`);
  return found;
}
