import type { Context } from '../../core/context.ts';
import { askableName } from '../../core/dns.ts';
import { DeployError } from '../../core/errors.ts';
import type { Outcome } from '../../core/report.ts';
import {
  applyConfig,
  filesIn,
  readConfig,
  readSurroundings,
  restoreConfig,
  type ConfigFile,
} from '../../core/retire/config-scripts.ts';
import { rewriteHaproxy } from '../../core/retire/haproxy.ts';
import { fewText } from '../../core/retire/records.ts';
import { closeOldNginx } from '../../core/retire/nginx-scripts.ts';
import { rewriteNginx, surroundingsIn } from '../../core/retire/nginx.ts';
import { recipeOf, type Change, type Destination, type Rewritten } from '../../core/retire/rewritten.ts';
import { closeOldConnections } from '../../core/retire/scripts.ts';
import { softwareOf } from '../../core/retire/software.ts';
import type { Target } from '../../core/target.ts';
import { runOnOld } from './reach.ts';
import type { Both } from './sides.ts';

/** A configuration that forwards, and what it is made of. */
export interface Forward {
  /** The files that are changed, as they will be. */
  text: string;
  changes: Change[];
}

/** The configuration that sends everybody who still comes to the old machine to the new balancer. Throws `retire`. */
export async function writeForward(ctx: Context, target: Target, { balancer, machine }: Both): Promise<Forward> {
  const { retire, balancer: ports } = target;
  const software = softwareOf(retire);
  const run = (script: string) => runOnOld(ctx, target, { machine: machine.id, script });
  const before = filesIn(await run(readConfig(software)));
  const isSecure = ports.certificate !== undefined;
  const to: Destination = {
    dnsName: balancer.dnsName,
    port: isSecure ? ports.httpsPort : ports.httpPort,
    serverName: isSecure ? askableName(retire.hostnames[0] ?? '') : undefined,
  };
  const { appServers } = retire;
  const rewritten: Rewritten =
    software.name === 'haproxy'
      ? rewriteHaproxy(before[0] ?? { file: software.configFile, text: '' }, appServers, to)
      : rewriteNginx(before, { appServers, to, ...surroundingsIn(await run(readSurroundings)) });
  if ('files' in rewritten) return forwardOf(before, rewritten.files);
  throw new DeployError('retire', `the configuration of ${software.name} on ${machine.name} cannot be rewritten`, {
    lines: [
      ...rewritten.obstacles,
      `(looked at ${fewText(
        before.map(({ file }) => file),
        ', ',
      )})`,
    ],
    hint: 'set retire.appServers to the addresses of the old app servers as they stand there, and retire.configFile where they stand elsewhere',
  });
}

function forwardOf(before: readonly ConfigFile[], after: readonly { file: string; text: string }[]): Forward {
  const changes = after.map(({ file, text }) => {
    const { digest = '', text: old = '' } = before.find((one) => one.file === file) ?? {};
    return { file, digest, recipe: recipeOf(old, text) };
  });
  const text = after.length === 1 ? after[0]?.text : after.map((one) => `# ${one.file}\n${one.text}`).join('\n');
  return { text: text ?? '', changes };
}

/** Puts it in place. HAProxy and nginx reload without losing a connection. */
export async function applyForward(
  ctx: Context,
  target: Target,
  { machine }: Both,
  forward: Forward,
): Promise<Outcome<void>> {
  const software = softwareOf(target.retire);
  await runOnOld(ctx, target, { machine: machine.id, script: applyConfig(software, forward.changes) });
  const files = fewText(
    forward.changes.map(({ file }) => file),
    ', ',
  );
  return { value: undefined, detail: `${files}; what was before is kept beside it` };
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
