import { open } from 'node:fs/promises';
import type { Clock } from '../../core/context.ts';
import { lastLogLines, logFileOf, type SandboxPlace } from './daemon.ts';

const lookEveryMs = 250;

/** Hands over the last lines of the sandbox's log and, when following, each new one until the signal aborts. */
export async function readLog(
  place: SandboxPlace,
  around: { clock: Clock; signal: AbortSignal },
  options: { lines: number; isFollowing: boolean; onLine: (line: string) => void },
): Promise<void> {
  for (const line of await lastLogLines(place, options.lines)) options.onLine(line);
  if (!options.isFollowing) return;
  await using file = await open(logFileOf(place), 'r');
  let { size: position } = await file.stat();
  let rest = '';
  while (!around.signal.aborted) {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - position)), { position });
    position += bytesRead;
    const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) options.onLine(line);
    await around.clock.sleep(lookEveryMs, around.signal).catch(() => undefined);
  }
}
