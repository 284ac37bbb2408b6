import { DeployError } from './errors.ts';
import type { PolicyDocument } from './policy.ts';

/** What the running sandbox says of itself (GET /_sandbox/status). */
export interface SandboxStatus {
  region: string;
  account: string;
  /** `127.0.0.1:4780`. */
  authority: string;
  pid: number;
  uptimeSeconds: number;
  kind: 'docker' | 'simulated';
  machines: { id: string; state: string; imageId: string }[];
  loadBalancers: { name: string; address: string; urls: string[] }[];
}

/** How a sandbox is started when none runs. */
export interface SandboxStart {
  /** Unset: that of the world that the sandbox remembers, or us-east-1. */
  region: string | undefined;
  /** `simulated` machines run nothing; for trying out the tool where Docker cannot run. */
  machines: 'docker' | 'simulated';
  /** `aws`: everything takes as long as it does there. */
  latency: 'none' | 'aws';
}

/** Somebody who deploys in the sandbox, as `POST /_sandbox/deployer` takes it: names -> documents, and the roles to be bounded. */
export interface SandboxDeployer {
  user: string;
  policies: Record<string, PolicyDocument>;
  boundary: Record<string, PolicyDocument>;
  roles: string[];
}

/** An access key. */
export interface SandboxKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The one sandbox of this user on this machine. */
export interface LocalSandbox {
  /** Where its state, its log and its pid file are. */
  readonly directory: string;
  /** What runs; undefined when nothing does. Throws `sandbox` when something else holds the port. */
  find(): Promise<SandboxStatus | undefined>;
  /** Starts it and waits until it answers. Throws `sandbox` with its last words, `docker` when Docker is not there. */
  start(start: SandboxStart): Promise<SandboxStatus>;
  /** Makes that user in its account, or changes what it may do, and gives it a key. Throws `sandbox`. */
  setUpDeployer(deployer: SandboxDeployer): Promise<SandboxKey>;
  /** Stops it; false when none ran. Its world stays. */
  stop(): Promise<boolean>;
  /** Removes its world: machines, images made in it, state. Only when it is stopped. */
  wipe(): Promise<void>;
  /** Lines of its log from the last `lines` on; with `isFollowing` until the signal aborts. */
  log(options: { lines: number; isFollowing: boolean; onLine: (line: string) => void }): Promise<void>;
}

/** A sandbox plays one region: what it remembers does not fit another. */
export const otherRegion = (played: string, wanted: string): DeployError =>
  new DeployError('sandbox', `the sandbox plays ${played}, not ${wanted}`, {
    hint: '`redeploy sandbox down --wipe` forgets its world; or give another sandbox its own REDEPLOY_SANDBOX_DIR and REDEPLOY_SANDBOX_PORT',
  });
