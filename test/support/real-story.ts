import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import Dockerode from 'dockerode';
import type { Aws } from '../../pipeline/core/context.ts';
import { connectAws } from '../../pipeline/edge/aws.ts';
import type { State } from '../../sandbox/engine/state.ts';
import { removeSandbox } from '../../sandbox/engine/machines/docker/sweep.ts';
import { unjudged } from '../conformance/verdicts.ts';
import { ensureBaseImage } from './base-image.mjs';
import { freePort } from './free-port.ts';
import { modelsDirectory } from './models/environment.ts';

const project = path.resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

/** How a run of the command line ended, and all that it said. */
export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A user with the sample app, Docker and the command line, on a sandbox of real machines of his own. */
export interface RealStory extends AsyncDisposable {
  /** Directory of the app. */
  app: string;
  /** State of the sandbox: registry, state.json, log. */
  stateDirectory: string;
  docker: Dockerode;
  /** The sandbox as AWS, for whoever keeps the account: nothing of the product has these rights. */
  aws: Aws;
  /** The same for the deployer that `--sandbox` made, once there was a command. */
  deployer(): Promise<Aws>;
  /** Variables of a program of this user that takes the sandbox for AWS; it needs credentials. */
  variables: NodeJS.ProcessEnv;
  /** The sandbox's resolver for the zones of Route 53, as address:port. */
  resolver: string;
  /** Everything that `redeploy` printed so far. */
  transcript: string[];
  /** `redeploy …` from the sources, in the sandbox, whatever its exit code. */
  run(...args: string[]): Promise<Said>;
  /** The same with `--json`; throws when it fails. */
  ask<T>(...args: string[]): Promise<T>;
  /** Runs a program on a machine, as root; its output. Throws when it fails. */
  onMachine(instanceId: string, ...command: string[]): Promise<string>;
  /** Name of a machine's container. */
  containerOf(instanceId: string): string;
  edit(file: string, change: (text: string) => string): Promise<void>;
  /** Names of all that Docker holds of this story. */
  leftovers(): Promise<string[]>;
}

/** Looks once a second until there is something; fails with what it waited for. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, forMs = 90_000): Promise<T> {
  const deadline = Date.now() + forMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${forMs} ms for ${what}`);
    await pause(1000);
  }
}

/** Opens a story; nothing is started or built yet. `settings` overrides keys of redeploy.json. */
export async function startRealStory(name: string, settings: Record<string, unknown>): Promise<RealStory> {
  const root = await mkdtemp(path.join(tmpdir(), 'real-story-'));
  const app = path.join(root, 'app');
  const stateDirectory = path.join(root, 'sandbox');
  // The sandbox's metadata service and name server take the ports after that of its API.
  const port = await freePort(3);
  const violationsFile = path.join(root, 'violations');
  const environment = environmentOf({ root, stateDirectory, port, violationsFile });
  await cp(path.join(project, 'test/fixtures/app'), app, { recursive: true });
  await writeSettings(app, { app: name, ...settings }, await ensureBaseImage());
  const sandboxId = createHash('sha256').update(stateDirectory).digest('hex').slice(0, 8);
  const docker = new Dockerode();
  const transcript: string[] = [];
  const containerOf = (instanceId: string) => `redeploy-${sandboxId}-${instanceId}`;

  const redeploy = async (args: string[]): Promise<Said> => {
    const said = await runCli([...(await entryFor(args, stateDirectory)), ...args], app, environment);
    transcript.push(said.stdout, said.stderr);
    return said;
  };
  /** What the command, the machines or the test itself sent, and what the sandbox answered, is as AWS's models say. */
  const failOnViolations = async (): Promise<void> => {
    const heard = await readFile(violationsFile, 'utf8').catch(() => '');
    await rm(violationsFile, { force: true });
    const open = await unjudged(heard.split('\n').filter((line) => line !== ''));
    if (open.length > 0) throw new Error(`not as the service models of AWS say:\n${open.join('\n')}`);
  };
  const run = async (...args: string[]) => {
    const said = await redeploy([...args, '--sandbox']);
    await failOnViolations();
    return said;
  };
  const leftovers = () => findLeftovers(docker, { sandboxId, port });
  const close = async (): Promise<void> => {
    const { exitCode } = await redeploy(['sandbox', 'down', '--wipe']);
    if (exitCode !== 0) await removeByForce(docker, { sandboxId, stateDirectory });
    for (const tag of await findTags(docker, port, name)) await docker.getImage(tag).remove();
    const left = await leftovers();
    await failOnViolations();
    await rm(root, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  };

  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' };

  return {
    app,
    stateDirectory,
    docker,
    aws: await connectAws({ region: 'us-east-1', endpoint, credentials }),
    variables: {
      ...environment,
      AWS_ENDPOINT_URL: endpoint,
    },
    deployer: async () =>
      connectAws({
        region: 'us-east-1',
        endpoint,
        credentials: await keyOf(stateDirectory, `redeploy-${name}-production-deployer`),
      }),
    resolver: `127.0.0.1:${port + 2}`,
    transcript,
    run,
    ask: async <T>(...args: string[]) => {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      if (exitCode !== 0) throw new Error(`redeploy ${args.join(' ')} ended with ${exitCode}\n${stdout}\n${stderr}`);
      return JSON.parse(stdout) as T;
    },
    onMachine: async (instanceId, ...command) => {
      const { stdout } = await execute('docker', ['exec', containerOf(instanceId), ...command], { maxBuffer: 64e6 });
      return stdout;
    },
    containerOf,
    edit: async (file, change) => {
      const where = path.join(app, file);
      await writeFile(where, change(await readFile(where, 'utf8')));
    },
    leftovers,
    [Symbol.asyncDispose]: close,
  };
}

/** The access key of a user of the sandbox's account, as the sandbox keeps it. */
async function keyOf(stateDirectory: string, user: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  return await eventually(`a key of ${user}`, async () => {
    const { iam } = JSON.parse(await readFile(path.join(stateDirectory, 'state.json'), 'utf8')) as Pick<State, 'iam'>;
    const [accessKeyId, key] = Object.entries(iam.accessKeys).find(([, { userName }]) => userName === user) ?? [];
    return accessKeyId === undefined ? undefined : { accessKeyId, secretAccessKey: key?.secret ?? '' };
  });
}

/** The user's own environment, but no AWS of his, and caches and sandbox of the story. */
function environmentOf(at: {
  root: string;
  stateDirectory: string;
  port: number;
  violationsFile: string;
}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^(AWS_|VITEST|NODE_ENV$|NODE_OPTIONS$)/.test(key));
  return {
    ...Object.fromEntries(kept),
    HOME: at.root,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? path.join(homedir(), '.docker'),
    XDG_CACHE_HOME: path.join(at.root, 'cache'),
    REDEPLOY_SANDBOX_DIR: at.stateDirectory,
    REDEPLOY_SANDBOX_PORT: String(at.port),
    NO_COLOR: '1',
    NODE_OPTIONS: `--import ${import.meta.resolve('./models/preload.mjs')}`,
    SANDBOX_VIOLATIONS: at.violationsFile,
    SANDBOX_MODELS: modelsDirectory(),
  };
}

async function writeSettings(app: string, settings: Record<string, unknown>, base: string): Promise<void> {
  const written = {
    region: 'us-east-1',
    environments: { production: {} },
    build: { executable: path.join(project, 'test/support/meteor'), allowSuperuser: true },
    ...settings,
    image: { base, buildBase: base },
  };
  await writeFile(path.join(app, 'redeploy.json'), JSON.stringify(written, undefined, 2));
}

/**
 * The command as users have it where `npm test` has just built it, which starts in half the time; but what starts the sandbox
 * starts it from the sources, where its answers are held against AWS's models.
 */
async function entryFor([command]: string[], stateDirectory: string): Promise<string[]> {
  const isBuilt = process.env['REDEPLOY_IS_BUILT'] !== undefined;
  if (isBuilt && command !== 'sandbox' && (await isUp(stateDirectory)))
    return [path.join(project, 'dist/pipeline/cli.js')];
  return ['--import', import.meta.resolve('tsx'), path.join(project, 'pipeline/cli.ts')];
}

async function isUp(stateDirectory: string): Promise<boolean> {
  try {
    const { pid } = JSON.parse(await readFile(path.join(stateDirectory, 'sandbox.pid'), 'utf8')) as { pid: number };
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function runCli(argv: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, ...said }));
  });
}

/** When the product cannot tidy up after itself, nothing may be left all the same. */
async function removeByForce(docker: Dockerode, of: { sandboxId: string; stateDirectory: string }): Promise<void> {
  const written = await readFile(path.join(of.stateDirectory, 'sandbox.pid'), 'utf8').catch(() => '{}');
  const { pid } = JSON.parse(written) as { pid?: number };
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
  await removeSandbox(docker, of.sandboxId);
}

/** What the deploys of this story tagged in Docker: the sandbox's registry has a port of its own, the name is the story's. */
async function findTags(docker: Dockerode, port: number, app: string): Promise<string[]> {
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return tags.filter((tag) => tag.startsWith(`127.0.0.1:${port}/`) || tag.startsWith(`redeploy/${app}:`));
}

async function findLeftovers(docker: Dockerode, of: { sandboxId: string; port: number }): Promise<string[]> {
  const label = [`redeploy-sandbox=${of.sandboxId}`];
  const [containers, images, { Volumes }, networks, answers] = await Promise.all([
    docker.listContainers({ all: true, filters: { label } }),
    docker.listImages({ filters: { label } }),
    docker.listVolumes({ filters: { label } }),
    docker.listNetworks({ filters: { label } }),
    fetch(`http://127.0.0.1:${of.port}/_sandbox/status`).then(
      () => ['the sandbox itself'],
      () => [],
    ),
  ]);
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...images.map(({ Id }) => Id),
    ...(Volumes ?? []).map(({ Name }) => Name),
    ...networks.map(({ Name }) => Name),
    ...answers,
  ];
}
