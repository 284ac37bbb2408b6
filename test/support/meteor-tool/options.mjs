/** An expected failure: its message goes to standard error and the exit code is 1. */
export class ToolError extends Error {}

/** Options of `meteor build`; a string takes a value. */
const BUILD_OPTIONS = {
  debug: 'boolean',
  directory: 'boolean',
  'server-only': 'boolean',
  'mobile-settings': 'string',
  server: 'string',
  'mobile-port': 'string',
  architecture: 'string',
  'allow-incompatible-update': 'boolean',
  'allow-incompatible-updates': 'boolean',
  'allow-superuser': 'boolean',
  platforms: 'string',
  packageType: 'string',
  verbose: 'boolean',
  headless: 'boolean',
};

const USAGE = `Usage: meteor build <output directory> [options]

Options:
${Object.entries(BUILD_OPTIONS)
  .map(([name, type]) => `  --${name}${type === 'string' ? ' <value>' : ''}`)
  .join('\n')}
`;

const HELP = `Usage: meteor <command> [args]

This stand-in knows one command:
   build   Package this project up for deployment.
`;

/** What to do, as the real tool reads its command line. */
export function parseCommand(argv) {
  const { words, options } = split(argv);
  if (options.version) return { command: 'version', options, args: [] };
  if (options.help || words.length === 0) throw new ToolError(words[0] === 'build' ? USAGE : HELP);
  const [command, ...args] = words;
  if (command !== 'build') {
    throw new ToolError(`'${command}' is not a Meteor command. See 'meteor --help'.`);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(BUILD_OPTIONS, name));
  if (unknown) throw new ToolError(`--${unknown}: unknown option.\n${USAGE}`);
  if (args.length < 1) throw new ToolError(`build: not enough arguments.\n${USAGE}`);
  if (args.length > 1) throw new ToolError(`build: too many arguments.\n${USAGE}`);
  return { command, options, args };
}

function split(argv) {
  const words = [];
  const options = {};
  const rest = [...argv];
  while (rest.length > 0) {
    const word = rest.shift();
    if (word.startsWith('--')) readOption(word.slice(2), rest, options);
    else words.push(word);
  }
  return { words, options };
}

function readOption(word, rest, options) {
  const [name, inline] = word.split(/=(.*)/s);
  if (Object.hasOwn(options, name)) throw new ToolError(`build: can only take one --${name} option.`);
  if (BUILD_OPTIONS[name] !== 'string') {
    options[name] = true;
    return;
  }
  const value = inline ?? rest.shift();
  if (value === undefined) throw new ToolError(`build: the --${name} option needs a value.`);
  options[name] = value;
}
