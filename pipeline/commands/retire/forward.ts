import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { step } from '../../core/report.ts';
import { softwareOf } from '../../core/retire/software.ts';
import type { Target } from '../../core/target.ts';
import { demand, testify } from '../../stages/retiree/dossier.ts';
import { applyForward, closeOld, writeForward } from '../../stages/retiree/forward.ts';
import { findObstacle, remedy } from '../../stages/retiree/reach.ts';
import { findBoth } from '../../stages/retiree/sides.ts';

/** The configuration that forwards, and whether it is in place. */
export interface ForwardResult {
  app: string;
  environment: string;
  isApplied: boolean;
  config: string;
}

/**
 * Makes the old machine send whoever still comes to it to the new balancer, and closes its old DDP connections evenly. With
 * `show`, only says what it would write. Throws `retire` without the evidence that the name has moved.
 */
export async function retireForward(ctx: Context, target: Target, options: { show: boolean }): Promise<ForwardResult> {
  const { app, environment, retire } = target;
  const both = await findBoth(ctx, target);
  const { machine, dossier } = both;
  if (/\.elb\.amazonaws\.com(\.cn)?\.?$/i.test(retire.address ?? '')) throw isBalancer(retire.address ?? '');
  const obstacle = await findObstacle(ctx, target, machine.id);
  if (obstacle !== undefined) throw byHand(target, both.balancer.dnsName, obstacle);
  const forward = await step(ctx, 'configuration', async (inner) => {
    const value = await writeForward(inner, target, both);
    return { value, detail: `${retire.appServers.join(', ')} become ${both.balancer.dnsName}` };
  });
  if (options.show) return { app, environment, isApplied: false, config: forward.text };
  demand(dossier, 'shift', { machine: machine.id, now: ctx.clock.now(), freshHours: retire.freshHours });
  const about = { step: 'forward', machine: machine.id } as const;
  await testify(ctx, target, { ...about, state: 'begun', facts: { closed: '' } });
  await step(ctx, 'forward', (inner) => applyForward(inner, target, both, forward));
  const closed = await step(ctx, 'old connections', async (inner) => {
    const { detail = '' } = await closeOld(inner, target, both);
    return { value: detail, detail };
  });
  await testify(ctx, target, { ...about, state: 'done', facts: { closed } });
  return { app, environment, isApplied: true, config: forward.text };
}

const isBalancer = (name: string): DeployError =>
  new DeployError('retire', `${name} is a load balancer of AWS, not a machine: nothing can forward there`, {
    hint: 'docs/retire.md, "A load balancer of AWS", says how it goes once the names have moved',
  });

function byHand(target: Target, to: string, obstacle: string): DeployError {
  const { name, configFile } = softwareOf(target.retire);
  const servers = target.retire.appServers.join(', ') || 'the old app servers';
  return new DeployError('retire', `nothing can be run on the old machine: ${obstacle}`, {
    lines: [
      `else change ${name === 'nginx' ? 'its configuration' : configFile} there yourself: what ${name} sends to ${servers} must go to ${to}`,
    ],
    hint: `${remedy(target)}, and run the same command again`,
  });
}
