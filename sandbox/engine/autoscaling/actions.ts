import type { Refresh } from './state.ts';

/** What a decision asks for. */
export type Action =
  | { kind: 'launch'; count: number; cause: string }
  | { kind: 'terminate'; instanceId: string; cause: string }
  | { kind: 'unhealthy'; instanceId: string; cause: string }
  | { kind: 'refresh'; change: Partial<Refresh> };
