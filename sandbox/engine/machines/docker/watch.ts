import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { realClock } from '../../clock.ts';
import { instanceLabel, type Names } from './names.ts';

/** How a machine's first process ended, told from the container's exit code. */
export type Ending = 'poweroff' | 'reboot' | 'killed';

/**
 * A shutdown inside a container ends its first process with a signal: SIGHUP for a reboot, SIGINT for a poweroff or halt
 * (reboot(2), "Behavior inside PID namespaces"); 133 is how systemd asks container managers for a reboot.
 */
export function endingOf(exitCode: number): Ending {
  if (exitCode === 129 || exitCode === 133) return 'reboot';
  return exitCode === 130 || exitCode === 0 ? 'poweroff' : 'killed';
}

/** How soon Docker is asked again after its event stream broke (it was restarted, most likely). */
const retryMs = 500;

interface DieEvent {
  Actor: { Attributes: Record<string, string> };
}

/** What the watch tells; `lost` after Docker was away: anything may have happened meanwhile. */
export interface Listeners {
  died(instanceId: string, ending: Ending): void;
  lost(): void;
}

/** Follows the ends of a sandbox's machines until `signal`; resolves once it listens. */
export async function watchMachines(
  docker: Dockerode,
  names: Names,
  listeners: Listeners,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({ type: ['container'], event: ['die'], label: [names.filter, instanceLabel] });
  const open = async (): Promise<EventStream> => (await docker.getEvents({ filters })) as Readable;
  const keepFollowing = async (first: EventStream) => {
    let stream: EventStream | undefined = first;
    while (!signal.aborted) {
      if (stream) await follow(stream, listeners, signal);
      if (signal.aborted) return;
      await realClock.sleep(retryMs, signal).catch(() => {});
      stream = await open().catch(() => undefined);
      if (stream) listeners.lost();
    }
  };
  void keepFollowing(await open());
}

type EventStream = Readable;

/** Resolves when the stream is over, for whatever reason. */
function follow(stream: EventStream, listeners: Listeners, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => stream.destroy();
    signal.addEventListener('abort', end, { once: true });
    const over = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) hear(line, listeners);
    });
    stream.once('close', over);
    stream.once('error', over);
  });
}

function hear(line: string, listeners: Listeners): void {
  if (line.trim() === '') return;
  const { Attributes } = (JSON.parse(line) as DieEvent).Actor;
  const instanceId = Attributes[instanceLabel];
  if (instanceId !== undefined) listeners.died(instanceId, endingOf(Number(Attributes['exitCode'])));
}
