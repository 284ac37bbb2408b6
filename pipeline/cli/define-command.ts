import { type Command, Option } from 'commander';
import type { Choice, CommandName } from './choice.ts';
import { helpTexts } from './help.ts';

export type Choose = (choice: Choice) => void;

/** What every command is defined with. */
export interface Shared {
  cwd: string;
  choose: Choose;
}

/** One command with the options of its own and of every command. */
export function command(
  parent: Command,
  name: CommandName,
  { cwd, choose }: Shared,
  [[summary], ...options]: [[summary: string], ...Option[]],
): Command {
  const made = parent.command(name.split(' ').at(-1) ?? name).description(summary);
  for (const option of [...options, ...commonOptions(cwd)]) made.addOption(option);
  return made
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', helpTexts[name as keyof typeof helpTexts] ?? '')
    .action(() => choose({ command: name, options: optionsOf(made) } as Choice));
}

/** Commander's options are untyped; unit tests hold them against Choice. A flag that was not given is false. */
export function optionsOf(made: Command): never {
  const flags = made.options.filter((option) => option.isBoolean() && !option.negate);
  return {
    ...Object.fromEntries(flags.map((flag) => [flag.attributeName(), false])),
    ...made.opts<Record<string, unknown>>(),
  } as never;
}

/** Options of the commands that work on one environment. */
export const targetOptions = (): Option[] => [
  new Option('-e, --environment <name>', 'environment in redeploy.json; needless when there is only one'),
  new Option('--sandbox', 'in the sandbox on this machine instead of AWS'),
];

const commonOptions = (cwd: string): Option[] =>
  [
    new Option('--app-dir <dir>', 'directory of redeploy.json').default(cwd, 'the current directory'),
    new Option('--json', 'result as JSON on stdout, progress as JSON lines on stderr'),
    new Option('--no-color', 'no colours; so does NO_COLOR'),
    new Option('-v, --verbose', 'show everything that meteor build and Docker say'),
  ].map((option) => option.helpGroup('Options of every command:'));
