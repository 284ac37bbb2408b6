import type { Report } from '../../core/event.ts';

/** Draws events. */
export interface Renderer {
  report: Report;
  /** Takes down whatever moves, leaves what stays. Idempotent. */
  close(): void;
}
