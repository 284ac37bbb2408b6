import type { Context } from './context.ts';
import { messageOf } from './errors.ts';

interface Act {
  label: string;
  act: (ctx: Context) => Promise<void>;
  onlyIfInterrupted: boolean;
}

/**
 * What must be taken back if the story fails. Register an act before the deed it takes back; `keep()` is the point of no
 * return; on disposal without it, the acts run in reverse, each reported, none hiding the original error.
 */
export class Undo {
  readonly #ctx: Context;
  readonly #signal: AbortSignal;
  #acts: Act[] = [];

  constructor(ctx: Context) {
    this.#signal = ctx.signal;
    // An interrupted run must still be able to clean up: undo acts get a signal that nobody has aborted.
    this.#ctx = { ...ctx, signal: new AbortController().signal };
  }

  on(label: string, act: Act['act']): void {
    this.#acts.push({ label, act, onlyIfInterrupted: false });
  }

  /** As `on`, but only for Ctrl-C: after any other failure it stays for the next run, which goes on with it. */
  onInterrupt(label: string, act: Act['act']): void {
    this.#acts.push({ label, act, onlyIfInterrupted: true });
  }

  keep(): void {
    this.#acts = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const acts = this.#acts.toReversed().filter((one) => this.#signal.aborted || !one.onlyIfInterrupted);
    for (const [at, { label, act }] of acts.entries()) {
      const left = acts.slice(at + 1).map((later) => later.label);
      this.#ctx.report({ kind: 'undoing', label, ...(left.length > 0 && { left }) });
      try {
        await act(this.#ctx);
      } catch (error) {
        this.#ctx.report({ kind: 'undo-failed', label, message: messageOf(error) });
      }
    }
  }
}
