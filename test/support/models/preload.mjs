import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

// Loaded by Node before the sandbox's own process (test/support/real-story.ts): writes what breaks AWS's service models into
// the file SANDBOX_VIOLATIONS, a line each. In all other processes that inherit NODE_OPTIONS it does nothing.

const { SANDBOX_VIOLATIONS: file, SANDBOX_MODELS: models } = process.env;

if (process.argv[1]?.endsWith('sandbox/main.ts')) {
  const early = [];
  let hear = (exchange) => {
    // TypeScript can be loaded as soon as the sandbox, which is TypeScript, has something to say.
    if (early.push(exchange) === 1) void open();
  };
  const open = async () => {
    const { openWitness } = await import('./witness.ts');
    const witness = openWitness(models);
    hear = (exchange) => {
      witness.hear(exchange);
      for (const line of witness.take()) appendFileSync(file, `${line}\n`);
    };
    for (const exchange of early) hear(exchange);
  };
  // The names of channel and process are those of sandbox/api/dispatch/exchanges.ts and pipeline/edge/sandbox/daemon.ts.
  subscribe('redeploy:sandbox:exchange', (exchange) => hear(exchange));
}
