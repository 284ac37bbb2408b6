// The `install` script: rebuilds native modules, one directory of npm-rebuilds.json after the other.
const { spawnSync } = require('child_process');
const path = require('path');
const rebuildArguments = require('./npm-rebuild-args.js').get();

if (!process.env.METEOR_SKIP_NPM_REBUILD) {
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`;
  for (const directory of require('./npm-rebuilds.json')) {
    const { status } = spawnSync('npm', rebuildArguments, {
      cwd: path.join(__dirname, directory),
      stdio: 'inherit',
      env: { ...process.env, PATH },
    });
    if (status !== 0) process.exit(status || 1);
  }
}
