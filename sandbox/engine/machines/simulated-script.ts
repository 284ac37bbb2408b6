import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.ts';
import type { MachineSpec, Usage } from '../machines.ts';

interface SimulatedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
}

interface SimulatedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What a process on a simulated machine answers; a promise that never settles is an app that hangs. */
export type Listener = (request: SimulatedRequest) => SimulatedAnswer | Promise<SimulatedAnswer>;

/** What a shell script ends with; nothing written and 0 unless given. */
export interface ShellAnswer {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

/** Decides from what a machine was launched with what it will do. */
export type Behaviour = (spec: MachineSpec) => Script;

export interface Script {
  /** Until the kernel runs, on top of EC2's own launch time. */
  bootMs?: number;
  /** The machine does not come up at all. */
  bootError?: string;
  /** Copying its disk fails. */
  captureError?: string;
  /** What init and the user data do, at boot and at each later power-on. Ends at power-off: its sleeps reject then. */
  run?(act: Act): void | Promise<void>;
  /** What a shell script that SSM sends does; there is no such command unless given. */
  shell?(script: string): ShellAnswer | Promise<ShellAnswer>;
}

/** What a script can do: the machine's hands and feet. */
export interface Act {
  readonly spec: MachineSpec;
  /** What survives on the disk, and into images of it. */
  readonly disk: Record<string, string>;
  /** Aborts when the machine goes off. */
  readonly signal: AbortSignal;
  /** Rejects when the machine goes off, which ends the script quietly. */
  sleep(ms: number): Promise<void>;
  console(line: string): void;
  /** CreateTags on its own instance, with its role. */
  setTag(key: string, value: string): void;
  /** Answers on the port from now on, until `close` or power-off. */
  listen(port: number, listener: Listener): void;
  close(port: number): void;
  /** Receives, sends and computes so much, for CloudWatch. */
  use(amounts: Partial<Usage>): void;
  /** `shutdown -h now`. */
  powerOff(): void;
  /** Dies without a shutdown. */
  crash(): void;
}

/** One machine as the simulation sees it. */
export interface Box {
  spec: MachineSpec;
  script: Script;
  lines: string[];
  disk: Record<string, string>;
  /** Aborted at power-off; undefined while it is off. */
  power: AbortController | undefined;
  ports: Map<number, Listener>;
  usage: Usage;
  setTag: (key: string, value: string) => void;
  /** Tells the world that it went off by itself. */
  goneOff: (killed: boolean) => void;
}

/** Boots the box; resolves when its kernel runs. The script goes on for itself. */
export async function powerOn(box: Box, clock: Clock): Promise<void> {
  const power = new AbortController();
  setMaxListeners(0, power.signal);
  const { script } = box;
  const { bootMs = 0, bootError } = script;
  if (bootMs > 0) await clock.sleep(bootMs);
  if (bootError !== undefined) throw new Error(bootError);
  box.power = power;
  box.usage = noUsage();
  power.signal.addEventListener('abort', () => {
    box.power = undefined;
    box.ports.clear();
  });
  box.lines.push('[    0.000000] Linux version 6.1 (simulated)');
  void play(box, power, () => script.run?.(actor(box, power, clock)));
}

/** A script that throws is user data that failed: the machine stays on and its console says so. */
async function play(box: Box, power: AbortController, run: () => void | Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!power.signal.aborted) box.lines.push(`cloud-init: user data failed: ${String(error)}`);
  }
}

function actor(box: Box, power: AbortController, clock: Clock): Act {
  const { signal } = power;
  const goOff = (killed: boolean) => {
    if (signal.aborted) return;
    box.lines.push(killed ? 'kernel panic - not syncing' : 'reboot: Power down');
    power.abort(new Error('powered off'));
    box.goneOff(killed);
  };
  return {
    spec: box.spec,
    disk: box.disk,
    signal,
    sleep: (ms) => clock.sleep(ms, signal),
    console: (line) => box.lines.push(line),
    setTag: box.setTag,
    listen: (port, listener) => {
      if (!signal.aborted) box.ports.set(port, listener);
    },
    close: (port) => box.ports.delete(port),
    use: (amounts) => addUsage(box, amounts),
    powerOff: () => goOff(false),
    crash: () => goOff(true),
  };
}

export const noUsage = (): Usage => ({ receivedBytes: 0, sentBytes: 0, cpuSeconds: 0, cpus: 2 });

function addUsage({ usage }: Box, { receivedBytes = 0, sentBytes = 0, cpuSeconds = 0 }: Partial<Usage>): void {
  usage.receivedBytes += receivedBytes;
  usage.sentBytes += sentBytes;
  usage.cpuSeconds += cpuSeconds;
}
