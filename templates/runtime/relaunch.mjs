import { spawn } from 'child_process';
import os from 'os';

/** Node reads these once, when it starts; set later they would silently do nothing. */
const READ_AT_START = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_ICU_DATA', 'OPENSSL_CONF', 'UV_THREADPOOL_SIZE'];
const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT'];

/** What the app's variables ask of Node itself and this process did not start with. */
export function variablesNodeReadsAtStart(wanted, current) {
  const late = {};
  for (const name of READ_AT_START) {
    if (wanted[name] !== undefined && wanted[name] !== current[name]) late[name] = wanted[name];
  }
  return late;
}

/** Starts the same command once more with those variables, passes signals on, and ends as it ends. */
export function relaunchWith(variables) {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    throw error;
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + os.constants.signals[signal] : code));
}
