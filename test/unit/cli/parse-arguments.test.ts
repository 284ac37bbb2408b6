import { expect, test } from 'vitest';
import { parseArguments } from '../../../pipeline/cli/parse-arguments.ts';

function read(line: string) {
  let printed = '';
  const choice = parseArguments(line.split(' ').filter(Boolean), {
    cwd: '/app',
    columns: 100,
    print: (text) => (printed += text),
  });
  return { choice, printed };
}

const common = { appDir: '/app', json: false, color: true, verbose: false };
const targeted = { ...common, sandbox: false };

test.each([
  ['deploy', { command: 'deploy', options: { ...targeted, wait: true, yes: false } }],
  [
    'deploy -e staging --bundle b.tgz --no-wait -y --sandbox --app-dir shop --json --no-color -v',
    {
      command: 'deploy',
      options: {
        appDir: 'shop',
        environment: 'staging',
        bundle: 'b.tgz',
        wait: false,
        yes: true,
        sandbox: true,
        json: true,
        color: false,
        verbose: true,
      },
    },
  ],
  ['rollback', { command: 'rollback', options: { ...targeted, wait: true } }],
  ['rollback 41 --no-wait', { command: 'rollback', to: 'v41', options: { ...targeted, wait: false } }],
  [
    'rollback -e prod v41',
    { command: 'rollback', to: 'v41', options: { ...targeted, wait: true, environment: 'prod' } },
  ],
  ['run -e test --port 8080', { command: 'run', options: { ...targeted, environment: 'test', port: 8080 } }],
  ['status', { command: 'status', options: targeted }],
  [
    'logs v41 -f -n 5 --since 2h --machine i-1 --search Error',
    {
      command: 'logs',
      release: 'v41',
      options: { ...targeted, follow: true, lines: 5, since: 7_200_000, machine: 'i-1', search: 'Error' },
    },
  ],
  ['logs', { command: 'logs', options: { ...targeted, follow: false, lines: 100, since: 3_600_000 } }],
  ['repair -e prod', { command: 'repair', options: { ...targeted, environment: 'prod' } }],
  ['destroy -e prod', { command: 'destroy', options: { ...targeted, environment: 'prod' } }],
  ['releases --sandbox', { command: 'releases', options: { ...targeted, sandbox: true } }],
  ['plan --bundle b', { command: 'plan', options: { ...targeted, bundle: 'b', exitCode: false, prices: false } }],
  ['doctor', { command: 'doctor', options: targeted }],
  ['plan --exit-code', { command: 'plan', options: { ...targeted, exitCode: true, prices: false } }],
  [
    'init --app shop --region eu-west-1 -e test',
    {
      command: 'init',
      options: { ...common, app: 'shop', region: 'eu-west-1', environment: 'test', yes: false, github: false },
    },
  ],
  [
    'init --from-mup .deploy --settings s.json',
    { command: 'init', options: { ...common, fromMup: '.deploy', settings: 's.json', yes: false, github: false } },
  ],
  ['iam', { command: 'iam', options: targeted }],
  [
    'iam github --account 123456789012 --repo acme@12/shop@345 -e prod',
    {
      command: 'iam',
      name: 'github',
      options: { ...targeted, account: '123456789012', repo: 'acme@12/shop@345', environment: 'prod' },
    },
  ],
  ['cutover', { command: 'cutover', options: { ...targeted, back: false } }],
  ['retire shift --weight 5', { command: 'retire shift', options: { ...targeted, weight: 5, back: false } }],
  ['retire forward --show', { command: 'retire forward', options: { ...targeted, show: true } }],
  ['retire watch --once', { command: 'retire watch', options: { ...targeted, once: true } }],
  ['retire terminate --confirm lb', { command: 'retire terminate', options: { ...targeted, confirm: 'lb' } }],
  ['retire back', { command: 'retire back', options: targeted }],
  ['sandbox up', { command: 'sandbox up', options: { ...common, machines: 'docker', latency: 'none' } }],
  [
    'sandbox up --machines simulated --latency aws',
    { command: 'sandbox up', options: { ...common, machines: 'simulated', latency: 'aws' } },
  ],
  ['sandbox down --wipe', { command: 'sandbox down', options: { ...common, wipe: true } }],
  ['sandbox status --json', { command: 'sandbox status', options: { ...common, json: true } }],
  ['sandbox logs -f -n 5', { command: 'sandbox logs', options: { ...common, follow: true, lines: 5 } }],
])('redeploy %s', (line, choice) => expect(read(line)).toEqual({ choice, printed: '' }));

test.each([
  ['depoly', "unknown command 'depoly'", 'did you mean deploy?'],
  ['ssh', "unknown command 'ssh'", 'machines have no SSH'],
  ['setup', "unknown command 'setup'", '`redeploy deploy` sets up'],
  ['deploy --bundel x', "unknown option '--bundel'", 'redeploy deploy --help'],
  ['deploy x', 'too many arguments', 'redeploy deploy --help'],
  ['deploy --bundle', "option '--bundle <path>' argument missing", 'redeploy deploy --help'],
  ['rollback yesterday', 'A release looks like v41', 'redeploy rollback --help'],
  ['rollback v0', 'A release looks like v41', 'redeploy rollback --help'],
  ['sandbox', 'name a command after "sandbox"', 'redeploy sandbox --help'],
  ['sandbox up --machines paper', 'Allowed choices are docker, simulated', 'redeploy sandbox --help'],
  ['logs --since yesterday', 'It looks like 30s, 15m, 2h or 7d', 'redeploy logs --help'],
  ['sandbox logs -n many', 'It is a number of lines', 'redeploy sandbox --help'],
])('redeploy %s is refused with what to do', (line, message, hint) => {
  expect(() => read(line)).toThrowError(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    }) as Error,
  );
});

test.each([
  '',
  '--help',
  'help',
  'help deploy',
  'help sandbox up',
  'deploy --help',
  'sandbox --help',
  'sandbox up -h',
  'status --help',
  'init --help',
])('%j teaches', (line) => {
  const { choice, printed } = read(line);
  expect(choice).toBeUndefined();
  expect(printed).toContain(`Usage: redeploy ${line.replace(/ ?(--help|-h)$|^help ?/, '')}`.trimEnd());
  expect(printed.split('\n').filter((text) => text.length > 100)).toEqual([]);
});

test('the help of the whole says where things live and what exit codes mean', () => {
  const { printed } = read('--help');
  for (const part of [
    'Examples:',
    'redeploy.json',
    'settings/<environment>.env',
    'Exit codes:',
    '130  interrupted',
    'AWS_PROFILE',
  ]) {
    expect(printed).toContain(part);
  }
});

test('the version is that of the package', () => expect(read('--version').printed).toMatch(/^\d+\.\d+\.\d+\n$/));
