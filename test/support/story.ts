import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Aws, Context } from '../../pipeline/core/context.ts';
import type { Event } from '../../pipeline/core/event.ts';
import type { Target } from '../../pipeline/core/target.ts';
import { readTarget } from '../../pipeline/core/read-target.ts';
import { deploy, type DeployResult } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import { simulatedMachines, type SimulatedMachines } from '../../sandbox/engine/machines/simulated.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { targetHealth } from '../../sandbox/engine/elb/target-health.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { fakeClock, type FakeClock } from './clock.ts';
import { playedDocker, type PlayedDocker } from './played-docker.ts';
import { playedMachines, type PlayedMachines } from './played-machines.ts';
import { deployerTargets, makeDeployer, reprintPolicies, type Deployer } from './deployer.ts';
import { clients, startSandbox } from './sandbox.ts';
import { unhurried } from './unhurried.ts';

/**
 * A user with an app, on a sandbox of simulated machines, on a fake clock. The user may do what `redeploy iam deployer` says and
 * nothing else; the machines what their roles may.
 */
export interface Story extends AsyncDisposable {
  ctx: Context;
  /** The account's own clients: whoever uses the console, and may do everything. */
  account: Aws;
  clock: FakeClock;
  sandbox: Sandbox;
  machines: SimulatedMachines;
  played: PlayedMachines;
  docker: PlayedDocker;
  /** Whose credentials `ctx` has. */
  deployer: Deployer;
  events: Event[];
  /** Directory of the app; `bundle` in it is what a build made. */
  app: string;
  target(): Promise<Target>;
  /** Changes the app's code: the bundle's content. */
  edit(line: string): Promise<void>;
  /** Changes keys of redeploy.json, and has the deployer's policies follow. */
  configure(keys: Record<string, unknown>): Promise<void>;
  /** Changes Meteor's settings. */
  settings(value: unknown): Promise<void>;
  deploy(options?: { wait?: boolean }): Promise<DeployResult>;
  rollback(to?: string, options?: { wait?: boolean }): Promise<DeployResult>;
}

/** What a test may change of the sandbox around the story. */
export type StorySandbox = Partial<Pick<SandboxOptions, 'before' | 'timing'>>;

/** Opens a story. `redeploy` overrides keys of redeploy.json. */
export async function startStory(redeploy: Record<string, unknown> = {}, around: StorySandbox = {}): Promise<Story> {
  const clock = fakeClock();
  const played = playedMachines();
  const machines = simulatedMachines({ clock, behaviour: played.behaviour });
  const sandbox = await startSandbox({ clock, machines, timing: timings.aws, ...around });
  played.connect(sandbox);
  const docker = playedDocker(sandbox);
  const directory = await mkdtemp(path.join(tmpdir(), 'story-'));
  const events: Event[] = [];
  await writeApp(directory, redeploy);
  const deployer = await makeDeployer(sandbox, await deployerTargets(directory));
  const ctx = contextOf({ clock, sandbox, docker, deployer, machines, directory, events });
  const target = () => readTarget(directory);
  const bundle = path.join(directory, 'bundle');
  return {
    ctx,
    account: clients(sandbox, { maxAttempts: 3 }),
    clock,
    sandbox,
    machines,
    played,
    docker,
    deployer,
    events,
    app: directory,
    target,
    edit: (line) => writeFile(path.join(bundle, 'programs/server/app/app.js'), line),
    configure: async (keys) => {
      await writeFile(path.join(directory, 'redeploy.json'), settingsText({ ...redeploy, ...keys }));
      await reprintPolicies(sandbox, await deployerTargets(directory));
    },
    settings: (value) => writeFile(path.join(directory, 'settings/production.json'), JSON.stringify(value)),
    deploy: ({ wait = true } = {}) => clock.run(async () => deploy(ctx, await target(), { wait, bundle })),
    rollback: (to, { wait = true } = {}) =>
      clock.run(async () => rollback(ctx, await target(), { wait, ...(to !== undefined && { to }) })),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

interface Parts {
  clock: FakeClock;
  sandbox: Sandbox;
  docker: PlayedDocker;
  deployer: Deployer;
  machines: SimulatedMachines;
  directory: string;
  events: Event[];
}

function contextOf({ clock, sandbox, docker, deployer, machines, directory, events }: Parts): Context {
  return {
    aws: unhurried(clock, clients(sandbox, { maxAttempts: 3, accessKeyId: deployer.accessKeyId })),
    docker: docker.docker,
    sh: async () => ({ exitCode: 127, stdout: '', isMissing: true }),
    dns: async () => [],
    http: async ({ url }) => {
      return askFleet(sandbox, machines, new URL(url));
    },
    report: (event) => void events.push(event),
    clock,
    signal: new AbortController().signal,
    templates: path.resolve(import.meta.dirname, '../../templates'),
    cache: path.join(directory, '.cache'),
  };
}

let turn = 0;

/** What the balancer would answer: round robin over the targets that it holds for healthy. No API call, so no weather. */
async function askFleet({ engine }: Sandbox, machines: SimulatedMachines, { hostname, pathname }: URL) {
  const { loadBalancers, targetGroups } = engine.state.elb;
  const balancer = Object.values(loadBalancers).find(({ address }) => address === hostname);
  const group = Object.values(targetGroups).find(({ name }) => name === balancer?.name);
  const targets = Object.values(group?.targets ?? {});
  const healthy = targets.filter((target) => group && targetHealth(engine, group, target).State === 'healthy');
  const chosen = healthy[turn++ % Math.max(1, healthy.length)];
  if (!group || !chosen) return { status: 503, headers: {}, body: '' };
  return machines.probe(chosen.id, group.port, pathname);
}

const settingsText = (redeploy: Record<string, unknown>): string =>
  JSON.stringify({
    app: 'shop',
    region: 'us-east-1',
    image: { base: 'base', buildBase: 'base' },
    environments: { production: {} },
    ...redeploy,
  });

async function writeApp(directory: string, redeploy: Record<string, unknown>): Promise<void> {
  const files: Record<string, string> = {
    'redeploy.json': settingsText(redeploy),
    '.meteor/release': 'METEOR@3.0.4\n',
    'settings/production.json': JSON.stringify({ public: { greeting: 'hello' } }),
    'settings/production.env': 'ROOT_URL=http://shop.test\n',
    'bundle/main.js': 'process.chdir(__dirname);\n',
    'bundle/star.json': JSON.stringify({
      format: 'site-archive-pre1',
      meteorRelease: 'METEOR@3.0.4',
      nodeVersion: '20.18.0',
    }),
    'bundle/programs/server/package.json': '{"name":"meteor-dev-bundle","dependencies":{}}',
    'bundle/programs/server/npm-shrinkwrap.json': '{"name":"meteor-dev-bundle","lockfileVersion":1}',
    'bundle/programs/server/npm-rebuild.js': '',
    'bundle/programs/server/npm-rebuilds.json': '[]',
    'bundle/programs/server/boot.js': '',
    'bundle/programs/server/program.json': '{}',
    'bundle/programs/server/app/app.js': 'first line\n',
    'bundle/programs/server/packages/meteor.js': '',
    'bundle/programs/web.browser/program.json': '{}',
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
