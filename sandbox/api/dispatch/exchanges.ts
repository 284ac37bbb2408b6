import { channel } from 'node:diagnostics_channel';
import type { HttpAnswer } from '../protocol/answer.ts';
import type { SandboxRequest } from './operation.ts';

/** A request and what it was answered; no answer when the connection broke. */
export interface SandboxExchange {
  request: SandboxRequest;
  answer?: HttpAnswer;
}

/** Name of the diagnostics channel on which every sandbox of a process tells its exchanges, as the wire carries them. */
export const exchangeChannel = 'redeploy:sandbox:exchange';

const exchanges = channel(exchangeChannel);

/** Tells whoever listens of an exchange; costs nothing when nobody does. */
export function tell(exchange: SandboxExchange): void {
  if (exchanges.hasSubscribers) exchanges.publish(exchange);
}
