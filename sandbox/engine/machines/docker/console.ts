import type Dockerode from 'dockerode';
import { unlessStatus } from './api-error.ts';

/** Enough for any boot and bake; EC2 itself keeps the last 64 KiB (GetConsoleOutput). */
const keptCharacters = 512 * 1024;
/** Consoles of machines that are gone; the oldest is forgotten first. */
const keptConsoles = 200;

/** Remembers what terminated machines said as long as the sandbox runs. */
export interface Consoles {
  read(instanceId: string, container: Dockerode.Container): Promise<string>;
  /** Call before the container is removed. */
  keep(instanceId: string, container: Dockerode.Container): Promise<void>;
}

export function makeConsoles(): Consoles {
  const kept = new Map<string, string>();
  return {
    read: async (instanceId, container) => (await readLog(container)) ?? kept.get(instanceId) ?? '',
    keep: async (instanceId, container) => {
      const text = await readLog(container);
      if (text === undefined) return;
      kept.set(instanceId, text);
      const [oldest] = kept.keys();
      if (kept.size > keptConsoles && oldest !== undefined) kept.delete(oldest);
    },
  };
}

async function readLog(container: Dockerode.Container): Promise<string | undefined> {
  const log = await unlessStatus(container.logs({ stdout: true, stderr: true }), 404, 409);
  return log && plainText(log.toString('utf8')).slice(-keptCharacters);
}

// oxlint-disable-next-line no-control-regex -- terminal control sequences are made of control characters
const controlSequence = /\u001B(?:\[[\d;?]*[ -/]*[@-~]|[()][A-Z\d]|[=>78M])/g;
/** systemd's moving stars while a job takes long. */
const animation = /^\[[ *]{6}\].*\n/gm;

/** Without colours, cursor movements, animations and carriage returns. */
export const plainText = (text: string): string =>
  text.replaceAll(controlSequence, '').replaceAll('\r', '').replaceAll(animation, '');
