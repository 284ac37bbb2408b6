import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Outcome } from '../../core/report.ts';
import { rewriteHaproxy } from '../../core/retire/haproxy.ts';
import { applyConfig, closeOldConnections, readConfig, restoreConfig } from '../../core/retire/scripts.ts';
import type { Target } from '../../core/target.ts';
import { runOnOld } from './reach.ts';
import type { Both } from './sides.ts';

/** The configuration that sends everybody who still comes to the old machine to the new balancer. */
export async function writeForward(ctx: Context, target: Target, { balancer, machine }: Both): Promise<string> {
  const { retire, balancer: ports } = target;
  const isSecure = ports.certificate !== undefined;
  const before = await runOnOld(ctx, target, readConfig(retire.configFile));
  const rewritten = rewriteHaproxy(before, retire.appServers, {
    dnsName: balancer.dnsName,
    port: isSecure ? ports.httpsPort : ports.httpPort,
    serverName: isSecure ? retire.hostnames[0] : undefined,
  });
  if ('text' in rewritten) return rewritten.text;
  throw new DeployError('retire', `${retire.configFile} on ${machine.name} cannot be rewritten`, {
    lines: rewritten.obstacles,
    hint: 'set retire.appServers to the addresses of its server lines',
  });
}

/** Puts it in place. HAProxy reloads without losing a connection. */
export async function applyForward(ctx: Context, target: Target, text: string): Promise<Outcome<void>> {
  const { configFile, reload } = target.retire;
  await runOnOld(ctx, target, applyConfig(configFile, text, reload));
  return { value: undefined, detail: `${configFile}; the one before is kept beside it` };
}

/** Closes what the old workers still hold, evenly, so that the clients come back through the new configuration. */
export async function closeOld(ctx: Context, target: Target): Promise<Outcome<void>> {
  const { masterSocket, closeSeconds } = target.retire;
  const script = closeOldConnections(masterSocket, closeSeconds);
  const said = await runOnOld(ctx, target, script);
  if (said.includes('no master socket')) {
    const message = `${masterSocket} is not there: connections from before stay until HAProxy is restarted`;
    ctx.report({ kind: 'warning', message });
    return { value: undefined, detail: 'not closed' };
  }
  return { value: undefined, detail: said.trim().split('\n').at(-1) ?? '' };
}

/** The configuration of before. */
export async function takeForwardBack(ctx: Context, target: Target): Promise<void> {
  const { configFile, reload } = target.retire;
  await runOnOld(ctx, target, restoreConfig(configFile, reload));
}
