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
    program.parse(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error, argv);
  }
  return choice;
}

function usageError(error: CommanderError, argv: readonly string[]): DeployError {
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const command = argv.find((word) => word in helpTexts);
  const help = `\`redeploy ${command ? `${command} ` : ''}--help\` shows what there is`;
  const hint = [/\((.+)\)/.exec(suggestion)?.[1], help].filter(Boolean).join('; ');
  // `redeploy sandbox` alone makes Commander show the help as an error.
  return new DeployError(
    'usage',
    error.code === 'commander.help' ? `name a command after "${command}"` : lower(message),
    { hint },
  );
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
