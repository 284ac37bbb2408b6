import type { Clock } from '../../core/context.ts';
import type { Renderer } from './renderer.ts';

/** One event a line, with the time at which it was reported. */
export const jsonRenderer = (write: (text: string) => void, clock: Pick<Clock, 'now'>): Renderer => ({
  report: (event) => write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...event })}\n`),
  close: () => {},
});
