import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import { main } from '../../pipeline/cli/main.ts';
import { startServer } from '../../sandbox/server.ts';
import { noMachines } from '../support/no-machines.ts';

/** Somebody at a command line, with an app, an account in an AWS that answers over HTTP, and a Docker that says it runs. */
export interface Place extends AsyncDisposable {
  app: string;
  /** Files of the app; undefined removes one. */
  write(files: Record<string, string | undefined>): Promise<void>;
  /** Changes keys of redeploy.json. */
  configure(keys: Record<string, unknown>): Promise<void>;
  /** `redeploy …` in the app's directory, in this process. */
  redeploy(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Everything that there is in the account. */
  world(): string;
  /** Id of the default subnet in a zone, such as `us-east-1a`. */
  subnetIn(zone: string): string;
  /** Variables of the process from now on; undefined removes one. */
  setEnvironment(variables: Record<string, string | undefined>): void;
}

const settings = { app: 'shop', region: 'us-east-1', environments: { production: {} } };

export async function openPlace(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'bad-input-'));
  const app = path.join(root, 'app');
  const docker = await talkingDocker(path.join(root, 'docker.sock'));
  const server = await startServer({ region: 'us-east-1', machines: noMachines(), port: 0, stateDir: `${root}/state` });
  const { state } = server.sandbox.engine;
  const environment: Record<string, string | undefined> = {
    HOME: root,
    XDG_CACHE_HOME: path.join(root, 'cache'),
    DOCKER_HOST: `unix://${root}/docker.sock`,
    AWS_ENDPOINT_URL: `http://${server.authority}`,
    AWS_ACCESS_KEY_ID: 'AKIASANDBOX000000000',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_PROFILE: undefined,
    AWS_EC2_METADATA_DISABLED: 'true',
    REDEPLOY_SANDBOX_DIR: path.join(root, 'sandbox'),
  };
  // The SDK and dockerode look at the process themselves.
  const setEnvironment = (variables: Record<string, string | undefined>) => {
    Object.assign(environment, variables);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  };
  setEnvironment(environment);
  const write = async (files: Record<string, string | undefined>) => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(app, name);
      await mkdir(path.dirname(file), { recursive: true });
      await (text === undefined ? rm(file) : writeFile(file, text));
    }
  };
  await write({ '.meteor/release': 'METEOR@3.0.4\n', 'redeploy.json': JSON.stringify(settings) });
  return {
    app,
    write,
    setEnvironment,
    configure: (keys) => write({ 'redeploy.json': JSON.stringify({ ...settings, ...keys }) }),
    redeploy: (...args) => run(args, app, { ...process.env, ...environment }),
    world: () => JSON.stringify(state),
    subnetIn: (zone) => Object.values(state.ec2.subnets).find((subnet) => subnet.zone === zone)?.id ?? '',
    [Symbol.asyncDispose]: async () => {
      vi.unstubAllEnvs();
      await server.close();
      docker.close();
      await rm(root, { recursive: true });
    },
  };
}

async function run(argv: string[], cwd: string, env: Record<string, string | undefined>) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await main({
    argv,
    env,
    cwd,
    stdin: process.stdin,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    onSignal: () => () => {},
    exit: () => {},
    onWarning: () => {},
  });
  const textOf = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** A Docker that answers and says that it is new enough. */
async function talkingDocker(socket: string) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end('{"Version":"28.0.0","ApiVersion":"1.48"}');
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  return server;
}
