import type { Terminal } from '../edge/terminal.ts';
import type { Io } from './io.ts';

/**
 * Ctrl-C and SIGTERM abort the signal, whereupon the command takes back what is half-done. A second Ctrl-C ends the process
 * at once and says what is left; with `isPatient`, it asks the command to hurry, and only a third one ends the process. Then
 * a closed terminal (SIGHUP) is like SIGTERM, too; others die of it, unless nohup keeps them from it, and run again they go on.
 */
export function watchInterrupts(
  io: Io,
  terminal: Terminal,
  how: { isQuiet: boolean; isPatient: boolean },
): { signal: AbortSignal; impatience: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const { signal } = controller;
  const hurry = new AbortController();

  const stop = (advice: string) => {
    const message = how.isPatient ? `stopping${advice}` : `stopping: taking back what is half-done${advice}`;
    if (!how.isQuiet) terminal.report({ kind: 'note', message });
    controller.abort(new Error('interrupted'));
  };

  const quit = () => {
    terminal.close();
    const left = terminal.unfinished();
    const lines = ['stopped at once', ...left.map((line) => `  left: ${line}`)];
    io.stderr.write(`${[...lines, 'run the same command again: it takes up or removes what is left'].join('\n')}\n`);
    io.exit(130);
  };

  const again = () => {
    if (!how.isPatient || hurry.signal.aborted) quit();
    else hurry.abort(new Error('interrupted twice'));
  };

  const hangUp = () => {
    // Nobody reads any more: what is written fails, and must not end us before the app has drained.
    for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {});
    controller.abort(new Error('hung up'));
  };

  const releases = [
    ...(how.isPatient ? [io.onSignal('SIGHUP', hangUp)] : []),
    io.onSignal('SIGINT', () => (signal.aborted ? again() : stop(' (Ctrl-C again: stop at once)'))),
    io.onSignal('SIGTERM', () => void (signal.aborted || stop(''))),
  ];
  return { signal, impatience: hurry.signal, release: () => releases.forEach((release) => release()) };
}
