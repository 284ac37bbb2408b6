#!/usr/bin/env node
import { main } from './cli/main.ts';

// The only place that looks at the process: arguments, environment, working directory, signals.
const exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (name, listener) => {
    process.on(name, listener);
    return () => process.off(name, listener);
  },
  onWarning: (listener) => {
    process.removeAllListeners('warning');
    process.on('warning', listener);
  },
  exit: (code) => process.exit(code),
});
// Connections that are kept open (Docker, AWS) must not keep us; what was printed must have left first.
process.stdout.write('', () => process.exit(exitCode));
