import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Outcome } from '../../core/report.ts';
import {
  applyConfig,
  configIn,
  readConfig,
  readSurroundings,
  restoreConfig,
} from '../../core/retire/config-scripts.ts';
import { rewriteHaproxy } from '../../core/retire/haproxy.ts';
import { closeOldNginx } from '../../core/retire/nginx-scripts.ts';
import { rewriteNginx, surroundingsIn } from '../../core/retire/nginx.ts';
import { recipeOf, type Destination, type Rewritten } from '../../core/retire/rewritten.ts';
import { closeOldConnections } from '../../core/retire/scripts.ts';
import { softwareOf } from '../../core/retire/software.ts';
import type { Target } from '../../core/target.ts';
import { runOnOld } from './reach.ts';
import type { Both } from './sides.ts';

/** A configuration that forwards, and what it is made of. */
export interface Forward {
  text: string;
  recipe: string;
  digest: string;
}

/** The configuration that sends everybody who still comes to the old machine to the new balancer. Throws `retire`. */
export async function writeForward(ctx: Context, target: Target, { balancer, machine }: Both): Promise<Forward> {
  const { retire, balancer: ports } = target;
  const software = softwareOf(retire);
  const run = (script: string) => runOnOld(ctx, target, { machine: machine.id, script });
  const before = configIn(await run(readConfig(software)));
  const isSecure = ports.certificate !== undefined;
  const to: Destination = {
    dnsName: balancer.dnsName,
    port: isSecure ? ports.httpsPort : ports.httpPort,
    serverName: isSecure ? retire.hostnames[0] : undefined,
  };
  const { appServers } = retire;
  const rewritten: Rewritten =
    software.name === 'haproxy'
      ? rewriteHaproxy(before.text, appServers, to)
      : rewriteNginx(before.text, { appServers, to, ...surroundingsIn(await run(readSurroundings)) });
  if ('text' in rewritten)
    return { text: rewritten.text, recipe: recipeOf(before.text, rewritten.text), digest: before.digest };
  throw new DeployError('retire', `${software.configFile} on ${machine.name} cannot be rewritten`, {
    lines: rewritten.obstacles,
    hint: 'set retire.configFile to the file that names the old app servers, and retire.appServers to their addresses in it',
  });
}

/** Puts it in place. HAProxy and nginx reload without losing a connection. */
export async function applyForward(
  ctx: Context,
  target: Target,
  { machine }: Both,
  forward: Forward,
): Promise<Outcome<void>> {
  const software = softwareOf(target.retire);
  await runOnOld(ctx, target, { machine: machine.id, script: applyConfig(software, forward) });
  return { value: undefined, detail: `${software.configFile}; the one before is kept as ${software.keptFile}` };
}

/** Closes what the old workers still hold, evenly, so that the clients come back through the new configuration. */
export async function closeOld(ctx: Context, target: Target, { machine }: Both): Promise<Outcome<void>> {
  const { masterSocket, closeSeconds, software } = target.retire;
  const script = software === 'nginx' ? closeOldNginx(closeSeconds) : closeOldConnections(masterSocket, closeSeconds);
  const said = await runOnOld(ctx, target, { machine: machine.id, script, forSeconds: 2 * closeSeconds + 120 });
  if (said.includes('no master socket')) {
    const message = `${masterSocket} is not there: connections from before stay until HAProxy is restarted`;
    ctx.report({ kind: 'warning', message });
    return { value: undefined, detail: 'not closed' };
  }
  return { value: undefined, detail: said.trim().split('\n').at(-1) ?? '' };
}

/** The configuration of before. */
export async function takeForwardBack(ctx: Context, target: Target, { machine }: Both): Promise<void> {
  const script = restoreConfig(softwareOf(target.retire));
  await runOnOld(ctx, target, { machine: machine.id, script });
}
