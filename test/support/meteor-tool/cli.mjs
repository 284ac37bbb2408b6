// An honest stand-in for the `meteor` command line: the parts that a deployment uses, with the failures of the real one.
import { parseCommand, ToolError } from './options.mjs';
import { findApp } from './project.mjs';
import { build } from './build.mjs';

const NOTICE =
  'meteor: this is the stand-in of meteor-redeploy, not the Meteor tool; its bundles serve tests and demonstrations only';
const STAND_IN_RELEASE = '3.0.4';

async function main() {
  process.stderr.write(`${NOTICE}\n`);
  const { command, options, args } = parseCommand(process.argv.slice(2));
  refuseRoot(options);
  if (command === 'version') return process.stdout.write(`Meteor ${releaseHere()}\n`);
  const app = findApp(process.cwd());
  if (!app) throw new ToolError(`${command}: You're not in a Meteor project directory.\n\n${WELCOME}`);
  return build(app, args[0], options);
}

const WELCOME = `To create a new Meteor project:
  meteor create <project name>
For example:
  meteor create myapp

For more help, see 'meteor --help'.`;

/** The real tool refuses every command but these when it runs as root. */
function refuseRoot(options) {
  const allowed = options['allow-superuser'] || process.env.METEOR_ALLOW_SUPERUSER;
  if (process.getuid?.() !== 0 || allowed) return;
  throw new ToolError(`
You are attempting to run Meteor as the 'root' superuser. In a build process, or where that is really meant, set the
METEOR_ALLOW_SUPERUSER environment variable or pass --allow-superuser to proceed.`);
}

function releaseHere() {
  return findApp(process.cwd())?.release.replace(/^METEOR@/, '') ?? STAND_IN_RELEASE;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof ToolError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
