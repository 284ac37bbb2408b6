import type { Verdict } from './rule.ts';

/** Options of `docker run` without a value. */
const flags = new Set([
  '--init',
  '--privileged',
  '--rm',
  '-d',
  '--detach',
  '-i',
  '-t',
  '-it',
  '--no-healthcheck',
  '-P',
]);

const reasons: [names: string[], outcome: 'dropped' | 'needs you', why: string][] = [
  [
    ['-m', '--memory', '--memory-swap', '--memory-reservation', '--cpus', '--cpu-shares', '-c', '--cpuset-cpus'],
    'dropped',
    'nothing but the app runs on a machine, it may have all of it; instance.type says how much that is',
  ],
  [
    ['--restart', '--name', '--init', '--rm', '-d', '--detach', '-i', '-t', '-it', '-h', '--hostname'],
    'dropped',
    'the machine starts the container in its own way',
  ],
  [['--log-driver', '--log-opt'], 'dropped', 'logs go to CloudWatch'],
  [
    ['-p', '--publish', '-P', '--expose'],
    'needs you',
    'only instance.port is reachable, through the load balancer; another port has no way in',
  ],
  [
    ['-v', '--volume', '--mount', '--tmpfs'],
    'needs you',
    'machines are replaced, their disks with them: keep files in S3 or a database',
  ],
  [
    ['--link', '--network', '--net'],
    'needs you',
    'the app is the only container on its machine; name the other service by its address, in the .env file',
  ],
  [['--env-file'], 'needs you', 'copy its lines into the .env file'],
  [
    ['--ulimit', '--sysctl', '--cap-add', '--privileged', '--security-opt', '--device'],
    'needs you',
    'the app runs unprivileged with the limits of Amazon Linux; if it needs more, say so in an issue',
  ],
];

/** Judges each option that mup gives to `docker run`. No value appears in a reason. */
export const judgeDockerArguments = (args: readonly string[]): { name: string; verdict: Verdict }[] =>
  optionsIn(words(args.join(' '))).map(({ name, value }) => ({ name, verdict: judge(name, value) }));

function judge(name: string, value = ''): Verdict {
  if (name === '-e' || name === '--env') return variable(value);
  const [, outcome, why] = reasons.find(([names]) => names.includes(name)) ?? [];
  if (outcome !== undefined && why !== undefined) return { outcome, why };
  return {
    outcome: 'needs you',
    why: 'nothing here hands arguments to `docker run`; see whether the app can do without it',
  };
}

function variable(definition: string): Verdict {
  const end = definition.indexOf('=');
  if (end < 1) return { outcome: 'needs you', why: 'its value was on the server; write it into the .env file' };
  const name = definition.slice(0, end);
  return { outcome: 'mapped', why: `${name} goes into the .env file`, env: { [name]: definition.slice(end + 1) } };
}

interface Option {
  name: string;
  value: string | undefined;
}

function optionsIn(all: readonly string[]): Option[] {
  const found: Option[] = [];
  for (const word of all) {
    const before = found.at(-1);
    if (before !== undefined && isWaiting(before) && !word.startsWith('-')) before.value = word;
    else found.push(optionOf(word));
  }
  return found;
}

const isWaiting = ({ name, value }: Option): boolean => value === undefined && name.startsWith('-') && !flags.has(name);

/** `--name`, `--name=value`, `-n` or `-nvalue`. A word that is none has no name: it may be a value, and secret. */
function optionOf(word: string): Option {
  if (!word.startsWith('-')) return { name: '(word)', value: word };
  const [, name = word, value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? /^(-[a-zA-Z])(?!t$)(.+)$/.exec(word) ?? [];
  return { name, value };
}

/** Splits as a shell does: mup puts the arguments into its start script unescaped. */
function words(line: string): string[] {
  const found = line.match(/(?:[^\s"'\\]|\\[^]|"(?:\\[^]|[^"\\])*"|'[^']*')+/g) ?? [];
  return found.map((word) =>
    word.replace(/\\([^])|"((?:\\[^]|[^"\\])*)"|'([^']*)'/g, (_, escaped, double, single) =>
      String(escaped ?? single ?? String(double).replace(/\\(["\\$`])/g, '$1')),
    ),
  );
}
