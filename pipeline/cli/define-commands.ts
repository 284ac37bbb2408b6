import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { policyNames, type PolicyName } from '../core/policy-names.ts';
import { command, targetOptions, optionsOf, type Choose, type Shared } from './define-command.ts';
import { defineRetire } from './define-retire.ts';
import { helpTexts } from './help.ts';
import { packageVersion } from './version.ts';

/** The command line as Commander knows it. `choose` gets what the user chose; nothing is carried out here. */
export function defineCommands(program: Command, cwd: string, choose: Choose): void {
  program
    .description('Takes a Meteor/React app from source to a self-healing AWS fleet and redeploys it, unnoticed.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', helpTexts.redeploy);

  const shared = { cwd, choose };
  command(program, 'init', shared, [
    ['write redeploy.json and settings/ for an app'],
    new Option('--app <name>', 'name of the app'),
    new Option('--region <region>', 'AWS region'),
    new Option('-e, --environment <name>', 'name of its first environment'),
    new Option('-y, --yes', 'ask nothing'),
    new Option('--from-mup <file>', 'convert this mup.js with its settings.json, and say what becomes of each key'),
    new Option('--settings <file>', 'with --from-mup: the settings file, if it is not beside mup.js'),
    new Option('--github', 'write the GitHub workflow that plans, deploys and rolls back, too'),
  ]);
  const deploy = [bundle(), noWait(), new Option('-y, --yes', 'ask nothing')];
  command(program, 'deploy', shared, [['build, bake and roll out the app'], ...deploy, ...targetOptions()]);
  const rollback = command(program, 'rollback', shared, [
    ['go back to an earlier release, code and settings'],
    noWait(),
    ...targetOptions(),
  ]);
  rollback
    .argument('[release]', 'release to move to, such as v41; the previous one unless given', releaseArgument)
    .action((to: string | undefined) =>
      choose({ command: 'rollback', options: optionsOf(rollback), ...(to !== undefined && { to }) }),
    );
  command(program, 'run', shared, [
    ['run the app on this machine, as an instance would'],
    bundle(),
    new Option('--port <port>', 'port on this machine; instance.port unless given').argParser(portArgument),
    ...targetOptions(),
  ]);
  command(program, 'status', shared, [['show what runs where'], ...targetOptions()]);
  defineLogs(program, shared);
  command(program, 'repair', shared, [['remove or complete what a cut-off run left'], ...targetOptions()]);
  command(program, 'releases', shared, [['list what there is to go back to'], ...targetOptions()]);
  command(program, 'doctor', shared, [['check everything that a deploy needs'], bundle(), ...targetOptions()]);
  const prices = new Option('--prices', 'look prices up in the AWS price list, and keep them on this computer');
  const exitCode = new Option('--exit-code', '2 when there are changes, 0 when there are none, 1 when it failed');
  command(program, 'plan', shared, [
    ['show what deploy would do, and what it costs'],
    bundle(),
    exitCode,
    prices,
    ...targetOptions(),
  ]);
  defineIam(program, shared);
  defineRetire(program, shared);
  command(program, 'destroy', shared, [['print the script that removes an environment'], ...targetOptions()]);
  defineSandbox(program, shared);
}

function defineLogs(program: Command, shared: Shared): void {
  const logs = command(program, 'logs', shared, [
    ['show what the app prints, on all its machines'],
    new Option('-f, --follow', 'go on until Ctrl-C'),
    new Option('-n, --lines <count>', 'how many lines of the past').default(100).argParser(countArgument),
    new Option('--since <time>', 'how far back: 30s, 15m, 2h or 7d').default(3_600_000, '1h').argParser(timeArgument),
    new Option('--machine <id>', 'of this machine alone: i-…'),
    new Option('--search <text>', 'lines with this text in them'),
    ...targetOptions(),
  ]);
  logs
    .argument('[release]', 'of this release alone, such as v41', releaseArgument)
    .action((release: string | undefined) =>
      shared.choose({ command: 'logs', options: optionsOf(logs), ...(release !== undefined && { release }) }),
    );
}

function defineIam(program: Command, shared: Shared): void {
  const iam = command(program, 'iam', shared, [
    ['print the IAM policies that deployers and machines need'],
    new Option('--account <number>', 'AWS account; that of your credentials unless given').argParser(accountArgument),
    new Option('--repo <owner/name>', 'repository on GitHub; the origin in git unless given').argParser(repoArgument),
    ...targetOptions(),
  ]);
  iam
    .addArgument(
      new Argument('[document]', 'one of them; without it, the commands that set all up').choices(policyNames),
    )
    .action((name: PolicyName | undefined) =>
      shared.choose({ command: 'iam', options: optionsOf(iam), ...(name !== undefined && { name }) }),
    );
}

function defineSandbox(program: Command, shared: Shared): void {
  const sandbox = program.command('sandbox').description('an AWS on this machine, to rehearse in');
  sandbox.helpCommand(false).addHelpText('after', helpTexts.sandbox);
  command(sandbox, 'sandbox up', shared, [
    ['start it'],
    new Option('--region <region>', 'AWS region that it plays; that of redeploy.json unless given'),
    new Option('--machines <kind>', 'docker: real ones; simulated: pretended ones that need no Docker')
      .choices(['docker', 'simulated'])
      .default('docker'),
    new Option('--latency <kind>', 'none: answer at once; aws: take as long as AWS does')
      .choices(['none', 'aws'])
      .default('none'),
  ]);
  command(sandbox, 'sandbox down', shared, [
    ['stop it; its world stays'],
    new Option('--wipe', 'remove its machines, images and state, too'),
  ]);
  command(sandbox, 'sandbox status', shared, [['show what runs in it']]);
  command(sandbox, 'sandbox logs', shared, [
    ['print what it did'],
    new Option('-f, --follow', 'go on printing until Ctrl-C'),
    new Option('-n, --lines <count>', 'how many lines of the past').default(100).argParser(countArgument),
  ]);
}

const bundle = () => new Option('--bundle <path>', 'deploy this output of meteor build (directory or .tar.gz)');
const noWait = () => new Option('--no-wait', 'fail instead of waiting while another deploy moves the fleet');

function releaseArgument(text: string): string {
  const digits = /^v?([1-9]\d*)$/.exec(text)?.[1];
  if (digits === undefined) throw new InvalidArgumentError('A release looks like v41.');
  return `v${digits}`;
}

function accountArgument(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('An account has 12 digits.');
  return text;
}

function repoArgument(text: string): string {
  // GitHub puts ids into what newer repositories are called in their tokens: owner@1/name@2.
  if (!/^[\w.@-]+\/[\w.@-]+$/.test(text)) throw new InvalidArgumentError('It looks like owner/name.');
  return text;
}

function portArgument(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 65535.');
}

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function timeArgument(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It looks like 30s, 15m, 2h or 7d.');
  return Number(count) * unitsMs[unit as keyof typeof unitsMs];
}

function countArgument(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a number of lines.');
  return Number(text);
}
