import type { Clock } from './clock.ts';
import type { Machines } from './machines.ts';
import type { State } from './state.ts';
import type { Sky } from './weather.ts';

/**
 * How long things take, in milliseconds. `none` for tests that do not care, `aws` for what users report
 * (research/aws-peers.md 2.5 and 4.2); a factor scales it.
 */
export interface Timing {
  /** RunInstances to `running` (about 17 s on AWS). */
  launchMs: number;
  /** CreateImage to `available` (60-180 s on AWS). */
  imageMs: number;
  /** `InService` to the group believing the load balancer's health (about 90 s per batch on AWS). */
  elbEvaluationMs: number;
  /** New load balancer to `active`. */
  balancerMs: number;
  /** A certificate's records published to `ISSUED` (minutes to half an hour on AWS). */
  certificateMs: number;
  /** SendCommand to the machine's agent beginning with it. */
  commandMs: number;
  /** A change of a zone to `INSYNC` ("generally within 60 seconds"). */
  dnsMs: number;
  /** How often the autoscaler looks. */
  tickMs: number;
}

export const timings: Record<'none' | 'aws', Timing> = {
  none: {
    launchMs: 0,
    imageMs: 0,
    elbEvaluationMs: 0,
    balancerMs: 0,
    certificateMs: 0,
    dnsMs: 0,
    commandMs: 0,
    tickMs: 500,
  },
  aws: {
    launchMs: 17_000,
    imageMs: 100_000,
    elbEvaluationMs: 90_000,
    balancerMs: 120_000,
    certificateMs: 180_000,
    dnsMs: 30_000,
    commandMs: 1000,
    tickMs: 5000,
  },
};

/** What every handler and every loop of the sandbox works with. */
export interface Engine {
  readonly clock: Clock;
  /** Change it in place, then call `save`. */
  readonly state: State;
  readonly machines: Machines;
  readonly timing: Timing;
  /** What goes wrong just now. */
  readonly sky: Sky;
  /** `127.0.0.1:4780`: the one address of API and registry, the same on the host and inside machines. */
  readonly authority: string;
  /** Certificates for names whose zone is not here are proved: nobody can add a record at a provider's for a rehearsal. */
  readonly provesForeignNames: boolean;
  /** Aborts when the sandbox closes. */
  readonly signal: AbortSignal;
  /** Marks the state as changed; it reaches the disk soon and at close. */
  save(): void;
  /** Next number of an ever-growing series. */
  serial(): number;
  /** A resource id as AWS makes them, e.g. `id('i')` -> `i-0` + 16 hex digits; deterministic per sandbox. */
  id<P extends string>(prefix: P): `${P}-${string}`;
  /** Runs work that outlives the call (a boot, a loop). Its errors are logged, never thrown; it stops at `signal`. */
  background(name: string, work: () => Promise<void>): void;
  log(line: string): void;
}
