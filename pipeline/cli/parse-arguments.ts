import { Command, CommanderError } from 'commander';
import { DeployError } from '../core/errors.ts';
import type { Choice } from './choice.ts';
import { defineCommands } from './define-commands.ts';
import { helpTexts } from './help.ts';

interface Surroundings {
  cwd: string;
  /** Where help and version go. */
  print: (text: string) => void;
  columns: number | undefined;
}

/** Reads the command line. Undefined when it only asked for help or version, which is then printed. Throws `usage`. */
export function parseArguments(argv: readonly string[], around: Surroundings): Choice | undefined {
  let choice: Choice | undefined;
  // Before any command is defined: Commander hands these on at that moment.
  const program = new Command('redeploy').exitOverride().configureOutput({
    writeOut: around.print,
    writeErr: () => {},
    getOutHelpWidth: () => Math.min(around.columns ?? 100, 120),
  });
  defineCommands(program, around.cwd, (made) => (choice = made));
  try {
    program.parse(withHelp(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error, argv);
  }
  return choice;
}

/** `redeploy`, `redeploy help` and `redeploy help deploy` show the help. */
function withHelp(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  return first === undefined || first === 'help' ? [...rest, '--help'] : [...argv];
}

function usageError(error: CommanderError, argv: readonly string[]): DeployError {
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const command = argv.find((word) => word in helpTexts);
  const help = `\`redeploy ${command ? `${command} ` : ''}--help\` shows what there is`;
  const meant = /Did you mean (?:one of )?(.+)\?/.exec(suggestion)?.[1];
  const named = error.code === 'commander.unknownCommand' ? commandsElsewhere[argv[0] ?? ''] : undefined;
  const hint = [named ?? (meant && `did you mean ${meant}?`), help].filter(Boolean).join(' ');
  // `redeploy sandbox` alone makes Commander show the help as an error.
  return new DeployError(
    'usage',
    error.code === 'commander.help' ? `name a command after "${command}"` : lower(message),
    { hint },
  );
}

/** What people type who know mup and others, and what it is here; no guess may lead from taking away to deploying. */
const commandsElsewhere: Readonly<Record<string, string>> = {
  setup: '`redeploy deploy` sets up what is missing;',
  reconfig: '`redeploy deploy` takes changed settings over, without a build;',
  push: '`redeploy deploy` builds and pushes;',
  start: 'machines start by themselves; `redeploy status` shows them;',
  restart: '`redeploy deploy` moves to what has changed; a machine that is ended in the EC2 console is replaced;',
  stop: '`fleet.min` and `fleet.max` in redeploy.json say how many machines run;',
  validate: '`redeploy plan` checks redeploy.json and the settings;',
  ssh: 'machines have no SSH: `redeploy logs` shows what the app prints, `redeploy run` runs the image here;',
  history: '`redeploy releases` lists the releases;',
  up: '`redeploy deploy`, or `redeploy sandbox up`;',
};

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
