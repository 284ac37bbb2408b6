import { subscribe } from 'node:diagnostics_channel';
import { exchangeChannel, type SandboxExchange } from '../../sandbox/api/dispatch/exchanges.ts';
import { unjudged } from '../conformance/verdicts.ts';
import { modelsDirectory } from './models/environment.ts';
import { openWitness } from './models/witness.ts';

// One for the process, however many test files run in it: every exchange of every sandbox here is held against AWS's service
// models.

const witness = openWitness(modelsDirectory());
subscribe(exchangeChannel, (exchange) => witness.hear(exchange as SandboxExchange));

/** Makes calls that break their model on purpose: their requests are not held against it. */
export const onPurpose = <T>(send: () => Promise<T>): Promise<T> => witness.onPurpose(send);

/** Throws what broke the models since the last call. */
export async function failOnViolations(): Promise<void> {
  const open = await unjudged(witness.take());
  if (open.length > 0) throw new Error(`not as the service models of AWS say:\n${open.join('\n')}`);
}
