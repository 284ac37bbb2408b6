import { otherRegion, type LocalSandbox, type SandboxStart, type SandboxStatus } from '../core/sandbox.ts';

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
