// Runs before the app's own main.js, in the same process:  node start.mjs [APP_DIRECTORY]
// 1. gives the app its variables and METEOR_SETTINGS from a mounted file  2. answers the balancer's health path
// 3. moves clients away evenly on SIGUSR2 (and no more on SIGCONT), stops in order on SIGTERM
// 4. becomes `node main.js`
// No dependencies, and nothing newer than Node 14: the app's Node runs this.
import fs from 'fs';
import Module from 'module';
import path from 'path';
import { fileURLToPath } from 'url';
import { watchConnections } from './connections.mjs';
import { createDrain } from './drain.mjs';
import { applyEnvironment, readEnvironment } from './environment.mjs';
import { fail, log, seconds } from './process.mjs';
import { relaunchWith, variablesNodeReadsAtStart } from './relaunch.mjs';
import { createStop } from './stop.mjs';

const environment = readEnvironment(process.env.REDEPLOY_ENVIRONMENT_FILE || '/run/redeploy/environment.json');
const late = variablesNodeReadsAtStart(environment, process.env);
if (Object.keys(late).length > 0) relaunchWith(late);
else run();

function run() {
  applyEnvironment(environment, process.env);
  const port = Number(process.env.PORT) || 0;
  const connections = watchConnections({
    port,
    release: process.env.REDEPLOY_RELEASE || null,
    instance: process.env.REDEPLOY_INSTANCE_ID || undefined,
    healthPath: process.env.REDEPLOY_HEALTH_PATH || '/.well-known/redeploy/health',
    keepAliveMs: seconds('REDEPLOY_KEEP_ALIVE_SECONDS', 75),
  });
  const drainMs = seconds('REDEPLOY_DRAIN_SECONDS', 20);
  const drain = createDrain(connections, drainMs);
  const stop = createStop(connections, drainMs, seconds('REDEPLOY_STOP_SECONDS', 8));
  process.on('SIGUSR2', drain.start);
  process.on('SIGCONT', drain.cancel);
  process.on('SIGTERM', () => stop('SIGTERM', 143));
  process.on('SIGINT', () => stop('SIGINT', 130));
  warnWhenNotListening(connections, port);
  becomeMain();
}

/** Only says so: whether the release is bad is judged by whoever watches the fleet. */
function warnWhenNotListening(connections, port) {
  const afterMs = seconds('REDEPLOY_LISTEN_TIMEOUT_SECONDS', 60);
  const warn = () => {
    if (!connections.listening) log(`the app is not listening on port ${port} after ${afterMs / 1000} s`);
  };
  setTimeout(warn, afterMs).unref();
}

/** From a fresh stack, so that what main.js throws ends the process exactly as under `node main.js`. */
function becomeMain() {
  const directory = path.resolve(process.argv[2] || besideThisFolder() || '/app');
  const main = path.join(directory, 'main.js');
  if (!fs.existsSync(main)) fail(`no main.js in ${directory}`);
  process.chdir(directory);
  process.argv = [process.argv[0], main, ...process.argv.slice(3)];
  setImmediate(() => Module.runMain(main));
}

function besideThisFolder() {
  const above = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
  return fs.existsSync(path.join(above, 'main.js')) ? above : undefined;
}
