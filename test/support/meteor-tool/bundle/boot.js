// Loads the files that program.json names, in order, then runs the start-up hooks and main.
const fs = require('fs');
const path = require('path');
const semver = require('semver');
const { createLoader } = require('./runtime.js');

const OLDEST_NODE = '18.16.0';
if (semver.lt(process.version, OLDEST_NODE)) {
  process.stderr.write(`Meteor requires Node v${OLDEST_NODE} or later.\n`);
  process.exit(1);
}

const programFile = path.resolve(process.argv[2]);
const serverDir = path.dirname(programFile);
const readJson = (...parts) => JSON.parse(fs.readFileSync(path.join(...parts), 'utf8'));
const program = readJson(programFile);
const configJson = readJson(serverDir, 'config.json');
const star = readJson(serverDir, '..', '..', 'star.json');

global.Package = {};
global.__meteor_bootstrap__ = { startupHooks: [], serverDir, configJson };
global.__meteor_runtime_config__ = { meteorRelease: configJson.meteorRelease, gitCommitHash: star.gitCommitHash };
process.env.APP_ID = process.env.APP_ID || configJson.appId;

const maps = new Map();
for (const file of program.load) {
  if (file.sourceMap) maps.set(path.resolve(serverDir, file.path), path.resolve(serverDir, file.sourceMap));
}
require('source-map-support').install({
  handleUncaughtExceptions: false,
  retrieveSourceMap: (source) =>
    maps.has(source) ? { url: source, map: fs.readFileSync(maps.get(source), 'utf8') } : null,
});

async function run() {
  const load = createLoader(serverDir);
  for (const file of program.load) await load(file);
  const { startupHooks } = global.__meteor_bootstrap__;
  while (startupHooks.length > 0) await startupHooks.shift()();
  global.__meteor_bootstrap__.startupHooks = null;
  await global.Package.webapp.main();
}

// As Meteor says it: twice, on standard output, and with more frames than Node has by itself.
Error.stackTraceLimit = 16;
run().catch((error) => {
  process.stdout.write(`error on boot.js ${error.stack}\n${error.stack}\n`);
  process.exit(1);
});
