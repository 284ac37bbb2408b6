import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { holderOfPassword } from '../../sandbox/engine/ecr/passwords.ts';
import { checkRegistryAction } from '../../sandbox/engine/registry/actions.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Docker for stories on simulated machines: remembers what was built, and pushes it into the sandbox's registry. */
export interface PlayedDocker {
  docker: Dockerode;
  builds: string[];
  pushes: string[];
}

/**
 * What a push asks the registry for, in this order. Docker that keeps its images in containerd, as it does since 29, looks first
 * whether the tag is there (core/remotes/docker/pusher.go of containerd).
 */
const pushRequests = [
  'HEAD manifests',
  'HEAD blobs',
  'POST blobs/uploads',
  'PATCH blobs/uploads',
  'PUT blobs/uploads',
  'PUT manifests',
];

const notFound = () => Object.assign(new Error('no such image'), { statusCode: 404 });
const lines = (...messages: object[]) => Readable.from(messages.map((message) => `${JSON.stringify(message)}\n`));

export function playedDocker(sandbox: Sandbox): PlayedDocker {
  const local = new Map<string, { Architecture: string }>([['base', { Architecture: 'amd64' }]]);
  const builds: string[] = [];
  const pushes: string[] = [];

  function push(reference: string, password: string): Readable {
    if (sandbox.engine.sky.hit('registry-breaks')) return lines({ error: 'write: connection reset by peer' });
    const [uri = '', tag = ''] = reference.split(/:(?=[^:/]+$)/);
    const name = uri.slice(uri.indexOf('/') + 1);
    const digest = `sha256:${createHash('sha256').update(tag).digest('hex')}`;
    const repository = sandbox.engine.state.ecr.repositories[name];
    if (!repository) return lines({ error: `name unknown: the repository ${name} does not exist` });
    const denial = whyDenied(name, tag, password);
    if (denial !== undefined) return lines({ error: denial });
    repository.images[digest] ??= {
      digest,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      manifest: '{}',
      bytes: 1000,
      pushedAt: sandbox.engine.clock.now(),
      tags: [tag],
    };
    pushes.push(tag);
    return lines({ aux: { Digest: digest } });
  }

  /** What of a push is refused first, in Docker's words: an answer to HEAD has no body that would say why. */
  function whyDenied(name: string, tag: string, password: string): string | undefined {
    const principal = holderOfPassword(sandbox.engine, password);
    if (!principal) return 'no basic auth credentials';
    for (const request of pushRequests) {
      const [method = '', what = ''] = request.split(' ');
      try {
        checkRegistryAction(sandbox.engine, principal, { method, what, name });
      } catch (error) {
        const url = `http://${sandbox.engine.authority}/v2/${name}/${what}/${tag}`;
        return method === 'HEAD'
          ? `unexpected status from HEAD request to ${url}: 403 Forbidden`
          : `denied: ${(error as Error).message}`;
      }
    }
    return undefined;
  }

  const docker = {
    info: async () => ({ DockerRootDir: '/' }),
    version: async () => ({ Version: '28.0.0', ApiVersion: '1.48' }),
    getImage: (name: string) => ({
      inspect: async () => {
        const found = local.get(name);
        if (!found) throw notFound();
        return found;
      },
      tag: async ({ repo, tag }: { repo: string; tag: string }) => {
        local.set(`${repo}:${tag}`, { Architecture: 'amd64' });
      },
      push: async ({ authconfig }: { authconfig: { password: string } }) => push(name, authconfig.password),
    }),
    buildImage: async (context: NodeJS.ReadableStream, { t }: { t: string }) => {
      for await (const _ of context) void _;
      local.set(t, { Architecture: 'amd64' });
      builds.push(t);
      return lines({ stream: 'built\n' });
    },
    pull: async (name: string) => {
      local.set(name, { Architecture: 'amd64' });
      return lines({ status: 'Status: Downloaded' });
    },
  };
  return { docker: docker as unknown as Dockerode, builds, pushes };
}
