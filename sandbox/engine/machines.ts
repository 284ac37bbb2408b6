/** The hardware behind EC2: one interface, two makers (`machines/docker.ts` real, `machines/simulated.ts` scripted). */

/** What a machine is started with. Everything else it learns from IMDS. */
export interface MachineSpec {
  instanceId: `i-${string}`;
  /** Key of the captured disk to boot from; `base` is the stock machine image that stands for Amazon Linux. */
  disk: string;
  /** Decoded user data, run by cloud-init (real machines) or judged by a script (simulated ones). */
  userData: string;
  /** Whether containers on the machine reach IMDS, too: answers with a token go one hop only, unless a launch asks for more. */
  containersReachImds?: boolean;
  /** TCP ports that security groups open on the machine: these, and no others, can be reached from the host. */
  ports: number[];
}

/** Where a port of a machine can be reached from the sandbox's own process. */
export interface Address {
  host: string;
  port: number;
}

/** How a machine goes down by itself. `killed`: without a shutdown (the plug, a crash); then EC2 sees a failed host. */
export type PowerOff = { instanceId: string; killed?: boolean };

/** What a simulated machine can do to the world outside. */
export interface MachineWorld {
  /** As CreateTags on itself. */
  setTag(instanceId: string, key: string, value: string): void;
}

/** A shell script that somebody with access to the machine's console would run as root. */
export interface ShellRequest {
  script: string;
  workingDirectory?: string;
  timeoutSeconds: number;
}

/** What became of it; `timedOut` when it had to be ended. */
export interface ShellOutcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** What a machine used since it was switched on. */
export interface Usage {
  receivedBytes: number;
  sentBytes: number;
  cpuSeconds: number;
  cpus: number;
}

/** What a machine answers to a plain GET. */
export interface ProbeAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Machines {
  readonly kind: 'docker' | 'simulated';
  /** Creates the machine and powers it on; resolves once its kernel (container) runs. Booting twice is refused. */
  boot(spec: MachineSpec): Promise<void>;
  /** Orderly shutdown, then off; the disk stays. Idempotent. */
  stop(instanceId: string): Promise<void>;
  /** Powers a stopped machine on again. */
  start(instanceId: string): Promise<void>;
  /** Pulls the plug and removes machine and disk. Idempotent, also for machines that it never heard of. */
  terminate(instanceId: string): Promise<void>;
  /** Pulls the plug as a failing host does: off at once, the disk stays. */
  kill?(instanceId: string): Promise<void> | void;
  /** Whether the machine is powered on right now; undefined when there is no such machine. */
  isRunning(instanceId: string): Promise<boolean | undefined>;
  /** Calls back when a machine powered itself off or was killed from outside; returns the unsubscription. */
  onPowerOff(listener: (event: PowerOff) => void): () => void;
  /** Where `port` of the machine is reachable from this process; undefined if the machine is off or the port is closed. */
  address(instanceId: string, port: number): Promise<Address | undefined>;
  /**
   * A GET on the machine without a socket, for health checkers; only simulated machines have it. Throws an error with
   * code ECONNREFUSED when nothing listens, ETIMEDOUT when the port is closed or the machine off.
   */
  probe?(instanceId: string, port: number, path: string): Promise<ProbeAnswer>;
  /** Runs a script as root on a running machine, as its SSM agent does. Throws when the machine is off. */
  run?(instanceId: string, request: ShellRequest): Promise<ShellOutcome>;
  /** What a running machine used since it was switched on; undefined when it is off. */
  usage?(instanceId: string): Promise<Usage | undefined>;
  /** Hands simulated machines the calls that a real one makes over the network with its role. */
  connect?(world: MachineWorld): void;
  /** Copies the disk of a (stopped or running) machine under `disk`; resolves with its size in bytes. */
  capture(instanceId: string, disk: string): Promise<{ bytes: number }>;
  /** Forgets a captured disk. Idempotent. */
  removeDisk(disk: string): Promise<void>;
  /** Everything that the machine wrote to its console since boot (kept after it is gone as long as the sandbox runs). */
  consoleOutput(instanceId: string): Promise<string>;
  /** Machines and disks that exist outside, for taking up again after a restart of the sandbox and for sweeping. */
  list(): Promise<{ machines: string[]; disks: string[] }>;
  close(): Promise<void>;
}
