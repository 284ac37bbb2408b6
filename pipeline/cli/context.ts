import path from 'node:path';
import type { SandboxUse } from '../commands/sandbox.ts';
import type { Context } from '../core/context.ts';
import { DeployError } from '../core/errors.ts';
import type { LocalSandbox, SandboxKey } from '../core/sandbox.ts';
import { Secret } from '../core/secret.ts';
import { realClock } from '../edge/clock.ts';
import { dns } from '../edge/dns.ts';
import { http, httpTrusting } from '../edge/http.ts';
import { packageRoot } from '../edge/package-root.ts';
import type { Io } from './io.ts';

/** What a run hands to its command. */
export interface Session {
  io: Io;
  signal: AbortSignal;
  /** Aborted by the second Ctrl-C, for commands that stop in two steps. */
  impatience: AbortSignal;
  report: Context['report'];
}

/** Another AWS than Amazon's, and who asks it. */
interface Place {
  endpoint: string;
  credentials: SandboxKey;
}

/** Everything from outside, for one region of Amazon's AWS or another. */
async function makeContext(session: Session, region: string, there?: Place): Promise<Context> {
  const [{ connectAws }, docker, { shell }] = await Promise.all([
    import('../edge/aws.ts'),
    connectDocker(session.io),
    import('../edge/shell.ts'),
  ]);
  return {
    aws: await connectAws({ region, ...there }),
    docker,
    sh: shell,
    http: there ? httpTrusting(`${there.endpoint}/_sandbox/certificates/authority.pem`) : http,
    dns,
    digitalOcean: digitalOceanOf(session.io),
    clock: realClock,
    report: session.report,
    signal: session.signal,
    templates: path.join(packageRoot, 'templates'),
    cache: cacheDirectory(session.io),
  };
}

/** The account of the sandbox itself: any key that the sandbox did not give out. */
const account: SandboxKey = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };

/**
 * Everything from outside; with `isSandbox` from the sandbox on this machine, which is started if need be. There one is the
 * deployer of that use, with what `redeploy iam` prints and no more; the account itself, where there is none.
 */
export async function contextIn(
  session: Session,
  { region, isSandbox, use }: { region: string; isSandbox: boolean; use?: Omit<SandboxUse, 'templates'> },
): Promise<Context> {
  if (!isSandbox) return await makeContext(session, region);
  const { sandboxUp, sandboxDeployer } = await import('../commands/sandbox.ts');
  const local = await findSandbox(session);
  const status = await sandboxUp(local, { region, machines: 'docker', latency: 'none' });
  const templates = path.join(packageRoot, 'templates');
  const credentials = use ? await sandboxDeployer(local, status, { ...use, templates }) : account;
  return await makeContext(session, region, { endpoint: `http://${status.authority}`, credentials });
}

/** The sandbox of this user, as REDEPLOY_SANDBOX_DIR and REDEPLOY_SANDBOX_PORT say. */
export async function findSandbox(session: Session): Promise<LocalSandbox> {
  const { io, signal, report } = session;
  const { localSandbox } = await import('../edge/sandbox.ts');
  const directory = io.env['REDEPLOY_SANDBOX_DIR'] ?? path.join(cacheDirectory(io), 'sandbox');
  const pingDocker = async () => {
    const docker = await connectDocker(io);
    await docker.ping().catch((cause: unknown) => {
      throw new DeployError('docker', 'Docker does not answer, and the machines of the sandbox run in it', {
        hint: 'start Docker (`systemctl start docker`, Docker Desktop) and try again',
        cause,
      });
    });
  };
  const place = { directory: path.resolve(io.cwd, directory), port: sandboxPort(io), env: io.env };
  return localSandbox({ clock: realClock, http, signal, report, pingDocker }, place);
}

async function connectDocker({ env }: Io): Promise<Context['docker']> {
  const { dockerClient } = await import('../edge/docker.ts');
  return dockerClient({ host: env['DOCKER_HOST'], context: env['DOCKER_CONTEXT'], config: env['DOCKER_CONFIG'] });
}

/** The names that doctl and Terraform know, too. */
function digitalOceanOf({ env }: Io): Context['digitalOcean'] {
  const token = env['DIGITALOCEAN_ACCESS_TOKEN'] ?? env['DIGITALOCEAN_TOKEN'];
  const endpoint = env['DIGITALOCEAN_API_URL'] ?? 'https://api.digitalocean.com';
  return token === undefined ? undefined : { endpoint, token: new Secret(token) };
}

const cacheDirectory = ({ env, cwd }: Io): string =>
  path.join(env['XDG_CACHE_HOME'] ?? path.join(env['HOME'] ?? cwd, '.cache'), 'meteor-redeploy');

function sandboxPort({ env }: Io): number {
  const written = env['REDEPLOY_SANDBOX_PORT'] ?? '4780';
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new DeployError('usage', `REDEPLOY_SANDBOX_PORT "${written}" is no port`, {
    hint: 'use a number from 1024 to 65535',
  });
}
