import type { Context } from './context.ts';
import { messageOf } from './errors.ts';

/**
 * What must be taken back if the story fails. Register an act before the deed it takes back; `keep()` is the point of no
 * return; on disposal without it, the acts run in reverse, each reported, none hiding the original error.
 */
export class Undo {
  readonly #ctx: Context;
  #acts: { label: string; act: (ctx: Context) => Promise<void> }[] = [];

  constructor(ctx: Context) {
    // An interrupted run must still be able to clean up: undo acts get a signal that nobody has aborted.
    this.#ctx = { ...ctx, signal: new AbortController().signal };
  }

  on(label: string, act: (ctx: Context) => Promise<void>): void {
    this.#acts.push({ label, act });
  }

  keep(): void {
    this.#acts = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const acts = this.#acts.toReversed();
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
