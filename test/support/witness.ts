import { subscribe } from 'node:diagnostics_channel';
import { afterAll, afterEach } from 'vitest';
import { exchangeChannel, type SandboxExchange } from '../../sandbox/api/dispatch/exchanges.ts';
import { unjudged } from '../conformance/verdicts.ts';
import { modelsDirectory } from './models/environment.ts';
import { openWitness } from './models/witness.ts';

// Vitest runs this before every test file: every exchange of every sandbox in this process is held against AWS's service
// models, and what breaks them fails the test in which it was said.

const witness = openWitness(modelsDirectory());
subscribe(exchangeChannel, (exchange) => witness.hear(exchange as SandboxExchange));

/** Makes calls that break their model on purpose: their requests are not held against it. */
export const onPurpose = <T>(send: () => Promise<T>): Promise<T> => witness.onPurpose(send);

async function failOnViolations(): Promise<void> {
  const open = await unjudged(witness.take());
  if (open.length > 0) throw new Error(`not as the service models of AWS say:\n${open.join('\n')}`);
}

afterEach(failOnViolations);
afterAll(failOnViolations);
