import type { Context } from './context.ts';
import { DeployError, messageOf } from './errors.ts';
import type { Event } from './event.ts';

/** What a step hands back besides its value: how it went, in a few words for the line that stays. */
export interface Outcome<T> {
  value: T;
  detail?: string;
  /** True when nothing had to be done because it was there. */
  reused?: boolean;
}

/**
 * Runs one step of a story: announces it, times it, says how it ended. Waits and output inside it carry its name.
 * Throws what the body throws; `interrupted` when the run was cancelled before it began.
 */
export async function step<T>(ctx: Context, name: string, body: (ctx: Context) => Promise<Outcome<T>>): Promise<T> {
  throwIfInterrupted(ctx.signal);
  const at = ctx.clock.now();
  const ms = () => ctx.clock.now() - at;
  ctx.report({ kind: 'step-started', step: name, at });
  try {
    const outcome = await body({ ...ctx, report: (event) => ctx.report(named(event, name)) });
    const detail = outcome.detail ?? '';
    if (outcome.reused) ctx.report({ kind: 'step-reused', step: name, detail });
    else ctx.report({ kind: 'step-finished', step: name, ms: ms(), ...(detail && { detail }) });
    return outcome.value;
  } catch (error) {
    ctx.report({ kind: 'step-failed', step: name, ms: ms(), message: whyItFailed(ctx.signal, error) });
    throw error;
  }
}

/** A step that was stopped complains in many ways; who stopped it says more. */
function whyItFailed(signal: AbortSignal, error: unknown): string {
  const isOwnFailure = error instanceof DeployError && error.code !== 'interrupted';
  return messageOf(signal.aborted && !isOwnFailure ? signal.reason : error);
}

/** Throws `interrupted` once the user has asked to stop. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new DeployError('interrupted', 'interrupted', { cause: signal.reason });
}

const named = (event: Event, step: string): Event =>
  (event.kind === 'waiting' || event.kind === 'output') && !event.step ? { ...event, step } : event;
