import { namesOf } from '../core/names.ts';
import { boundaryNameOf } from '../core/policy.ts';
import { policyTemplates, type PolicyName } from '../core/policy-names.ts';
import {
  otherRegion,
  type LocalSandbox,
  type SandboxKey,
  type SandboxStart,
  type SandboxStatus,
} from '../core/sandbox.ts';
import type { Target } from '../core/target.ts';
import { iamDocument } from './iam.ts';

/** Makes sure that a sandbox runs and plays the wanted region. Throws `sandbox`, `docker`. */
export async function sandboxUp(
  local: LocalSandbox,
  wanted: SandboxStart,
): Promise<SandboxStatus & { action: 'started' | 'unchanged' }> {
  const running = await local.find();
  if (running === undefined) return { ...(await local.start(wanted)), action: 'started' };
  if (wanted.region === undefined || wanted.region === running.region) return { ...running, action: 'unchanged' };
  throw otherRegion(running.region, wanted.region);
}

/** Whose environment it is, and what is done there. */
export interface SandboxUse {
  target: Pick<Target, 'app' | 'environment' | 'region' | 'directory'>;
  /** Beside the deployer's policies. */
  policies: readonly PolicyName[];
  templates: string;
}

/**
 * Makes a user of the sandbox's account who may do what `redeploy iam` prints for the environment and no more: what lacks a
 * permission in AWS lacks it here. Throws `settings` for policies that have become too long, `sandbox`.
 */
export async function sandboxDeployer(
  local: LocalSandbox,
  { account }: SandboxStatus,
  use: SandboxUse,
): Promise<SandboxKey> {
  const { app, environment, directory } = use.target;
  const { templates } = use;
  const print = (name: PolicyName, only?: string) =>
    iamDocument(directory, name, { account, templates, ...(only !== undefined && { environment: only }) });
  const own = [...policyTemplates.deployer, ...use.policies];
  const documents = await Promise.all(
    own.map(async (name) => [`redeploy-${app}-${environment}-${name}`, await print(name, environment)] as const),
  );
  const { appRole, builderRole } = namesOf(use.target);
  return await local.setUpDeployer({
    user: `redeploy-${app}-${environment}-deployer`,
    policies: Object.fromEntries(documents),
    // All environments' roles are made within the same one.
    boundary: { [boundaryNameOf({ app })]: await print('boundary') },
    roles: [appRole, builderRole],
  });
}

/** Stops the sandbox; with `wipe`, its world goes too. */
export async function sandboxDown(
  local: LocalSandbox,
  options: { wipe: boolean },
): Promise<{ action: 'stopped' | 'unchanged'; isWiped: boolean; directory: string }> {
  const hasRun = await local.stop();
  if (options.wipe) await local.wipe();
  return { action: hasRun ? 'stopped' : 'unchanged', isWiped: options.wipe, directory: local.directory };
}

/** What runs in the sandbox, if it runs. */
export async function sandboxStatus(
  local: LocalSandbox,
): Promise<{ isRunning: boolean; directory: string; sandbox: SandboxStatus | undefined }> {
  const sandbox = await local.find();
  return { isRunning: sandbox !== undefined, directory: local.directory, sandbox };
}
