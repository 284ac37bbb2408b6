import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack, type Headers } from 'tar-fs';
import type { MachineSpec } from '../../machines.ts';

/** Where a machine finds the sandbox. */
export interface Surroundings {
  /** The host's address on the machines' bridge. */
  gateway: string;
  /** Port of API and registry: the same on the gateway as on 127.0.0.1, inside and outside. */
  apiPort: number;
  /** Port of the metadata service on the gateway. */
  imdsPort: number;
  egress: boolean;
}

/** What is written into a machine before it is powered on: its cloud-init seed and the way to the sandbox. */
export function seedFiles(spec: MachineSpec, around: Surroundings): Record<string, string> {
  const { gateway, apiPort, imdsPort, egress } = around;
  return {
    'var/lib/cloud/seed/nocloud/meta-data': JSON.stringify({
      'instance-id': spec.instanceId,
      'local-hostname': spec.instanceId,
    }),
    'var/lib/cloud/seed/nocloud/user-data': spec.userData,
    'etc/sandbox/endpoint': `http://127.0.0.1:${apiPort}\n`,
    'etc/sandbox/gateway': `SANDBOX_API=${gateway}:${apiPort}\nSANDBOX_IMDS=${gateway}:${imdsPort}\n`,
    // What every SDK reads, for services that speak with AWS without its CLI.
    'etc/systemd/system.conf.d/endpoint.conf': `[Manager]\nDefaultEnvironment=AWS_ENDPOINT_URL=http://127.0.0.1:${apiPort}\n`,
    'etc/systemd/system/sandbox-api.socket.d/port.conf': `[Socket]\nListenStream=127.0.0.1:${apiPort}\n`,
    ...(egress ? { 'etc/sandbox/egress': '' } : {}),
    // Always written: an image remembers what its builder had. What is bound to the loopback device hears nothing of containers.
    'etc/systemd/system/sandbox-imds.socket.d/hops.conf': `[Socket]\nBindToDevice=${spec.containersReachImds ? '' : 'lo'}\n`,
  };
}

/** Copies files (paths relative to the root) into a container that need not run. */
export async function putFiles(container: Dockerode.Container, files: Record<string, string>): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-seed-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(directory, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o600 });
    }
    const archive = Readable.from(pack(directory, { map: asRoot }));
    await container.putArchive(archive, { path: '/' });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Directories as everybody knows them, since the archive's modes win over the machine's; user data for root alone. */
function asRoot(header: Headers): Headers {
  const mode = header.type === 'directory' ? 0o755 : 0o644;
  return { ...header, uid: 0, gid: 0, mode: header.name.endsWith('/user-data') ? 0o600 : mode };
}
