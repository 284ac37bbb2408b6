import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { step } from '../../core/report.ts';
import { explain, idleEntries, unexplained, type Finding } from '../../core/retire/finding.ts';
import type { Target } from '../../core/target.ts';
import { findDifferences } from '../../stages/retiree/compare.ts';
import { testify } from '../../stages/retiree/dossier.ts';
import { findTtls, type Ttl } from '../../stages/retiree/ttls.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';
import { findUses } from '../../stages/retiree/uses.ts';

/** What stands between the old load balancer and its end. Plain JSON. */
export interface RetirePlan {
  app: string;
  environment: string;
  machine: Pick<Both['machine'], 'id' | 'name' | 'state' | 'address'>;
  balancer: string;
  /** Where old and new differ, and who else uses the old machine; all explained. */
  findings: Finding[];
  ttls: Ttl[];
  /** Entries of `retire.accept` that explain nothing. */
  idle: string[];
}

/**
 * Compares old and new as visitors see them, and finds who else uses the old machine. Changes nothing but its own evidence.
 * Throws `retire` with every difference that `retire.accept` does not explain, side by side.
 */
export async function retirePlan(ctx: Context, target: Target): Promise<RetirePlan> {
  const both = await step(ctx, 'look', async (inner) => {
    const value = await findBoth(inner, target);
    return { value, detail: `${value.machine.name} is ${value.machine.state}, at ${value.sides.old || 'no address'}` };
  });
  if (both.machine.state !== 'running' || both.sides.old === '')
    throw new DeployError('retire', `${both.machine.name} is ${both.machine.state}: there is nothing to compare with`);
  const differences = await step(ctx, 'compare', async (inner) => {
    const value = await findDifferences(inner, target, both.sides);
    return { value, detail: `${value.length || 'no'} differences` };
  });
  const uses = await step(ctx, 'other uses', async (inner) => {
    const value = await findUses(inner, target, both);
    return { value, detail: `${value.length || 'no'} other uses` };
  });
  const findings = explain([...differences, ...uses], target.retire.accept);
  refuseUnexplained(findings);
  const { machine, balancer } = both;
  await testify(ctx, target, {
    step: 'plan',
    state: 'done',
    machine: machine.id,
    facts: { explained: findings.length },
  });
  const { app, environment, retire } = target;
  return {
    app,
    environment,
    machine: { id: machine.id, name: machine.name, state: machine.state, address: both.sides.old },
    balancer: balancer.dnsName,
    findings,
    ttls: await findTtls(ctx, target),
    idle: idleEntries(findings, retire.accept),
  };
}

function refuseUnexplained(findings: readonly Finding[]): void {
  const open = unexplained(findings);
  if (open.length === 0) return;
  throw new DeployError('retire', `${open.length} differences between old and new that nobody has explained`, {
    lines: open.flatMap(({ key, host, old, new: fresh }) => [
      `${key}${host === undefined ? '' : `  (${host})`}`,
      `    old  ${old || '(nothing)'}`,
      `    new  ${fresh || '(nothing)'}`,
    ]),
    hint: 'mend them, or add {"difference": "…", "reason": "…"} to retire.accept for each that is right',
  });
}
