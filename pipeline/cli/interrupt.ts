import type { Terminal } from '../edge/terminal.ts';
import type { Io } from './io.ts';

/**
 * Ctrl-C and SIGTERM abort the signal, whereupon the command takes back what is half-done. A second Ctrl-C ends the process
 * at once and says what is left.
 */
export function watchInterrupts(
  io: Io,
  terminal: Terminal,
  isQuiet: boolean,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const { signal } = controller;

  const stop = (how: string) => {
    const message = `stopping: taking back what is half-done${how}`;
    if (!isQuiet) terminal.report({ kind: 'note', message });
    controller.abort(new Error('interrupted'));
  };

  const quit = () => {
    terminal.close();
    const left = terminal.unfinished();
    const lines = ['stopped at once', ...left.map((line) => `  left: ${line}`)];
    io.stderr.write(`${[...lines, 'run the same command again: it takes up or removes what is left'].join('\n')}\n`);
    io.exit(130);
  };

  const releases = [
    io.onSignal('SIGINT', () => (signal.aborted ? quit() : stop(' (Ctrl-C again: stop at once)'))),
    io.onSignal('SIGTERM', () => void (signal.aborted || stop(''))),
  ];
  return { signal, release: () => releases.forEach((release) => release()) };
}
