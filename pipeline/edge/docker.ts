import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type Dockerode from 'dockerode';

export interface DockerOptions {
  /** DOCKER_HOST. When set, dockerode itself reads it, with its companions (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH). */
  host?: string | undefined;
  /** DOCKER_CONTEXT; unset: the one chosen with `docker context use`. */
  context?: string | undefined;
  /** DOCKER_CONFIG; unset: ~/.docker. */
  config?: string | undefined;
}

/** Docker where the `docker` command would find it: DOCKER_HOST, else the active context, else the usual socket. */
export async function dockerClient(options: DockerOptions = {}): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode');
  return new Docker(options.host ? {} : connectionOf(endpointOf(options)));
}

interface ContextMeta {
  Endpoints?: { docker?: { Host?: string } };
}

/** Address in the active context's metadata: contexts/meta/<sha256 of the name>/meta.json. */
function endpointOf({ context, config = path.join(homedir(), '.docker') }: DockerOptions): string | undefined {
  const chosen =
    context ?? (read(path.join(config, 'config.json')) as { currentContext?: string } | undefined)?.currentContext;
  if (!chosen || chosen === 'default') return undefined;
  const id = createHash('sha256').update(chosen).digest('hex');
  const meta = read(path.join(config, 'contexts/meta', id, 'meta.json')) as ContextMeta | undefined;
  return meta?.Endpoints?.docker?.Host;
}

/** Sockets and pipes by path; the rest by its parts. No options: dockerode's own default. */
export function connectionOf(endpoint: string | undefined): Dockerode.DockerOptions {
  if (!endpoint) return {};
  if (/^(unix|npipe):\/\//.test(endpoint)) return { socketPath: endpoint.replace(/^\w+:\/\//, '') };
  const { protocol, hostname, port, username } = new URL(endpoint);
  if (protocol === 'ssh:') {
    return { protocol: 'ssh', host: hostname, ...(port && { port: Number(port) }), ...(username && { username }) };
  }
  return { protocol: protocol === 'https:' ? 'https' : 'http', host: hostname, port: Number(port || 2375) };
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No file, or none that we understand: then there is no context to follow.
    return undefined;
  }
}
