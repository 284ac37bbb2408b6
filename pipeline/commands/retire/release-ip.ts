import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { step } from '../../core/report.ts';
import type { Evidence } from '../../core/retire/evidence.ts';
import { explain, unexplained } from '../../core/retire/finding.ts';
import type { Target } from '../../core/target.ts';
import { demand, testify } from '../../stages/retiree/dossier.ts';
import { confirmByName, demandNoName, knownAddresses } from '../../stages/retiree/gates.ts';
import { findBoth } from '../../stages/retiree/sides.ts';
import { findUsesOfAddress } from '../../stages/retiree/uses.ts';
import type { Confirming } from './terminate.ts';

/**
 * Releases the reserved address of the old machine, for ever, and removes what was left for it alone. Throws `retire` while a
 * name or an allowlist still holds the address; `usage` when another address is typed.
 */
export async function retireReleaseIp(
  ctx: Context,
  target: Target,
  { confirm }: Confirming,
): Promise<Evidence<'release-ip'>> {
  const both = await findBoth(ctx, target);
  const { machine, keeper, dossier } = both;
  const { facts } = demand(dossier, 'terminate', { machine: machine.id, now: 0, freshHours: Infinity });
  const addresses = facts.reserved.map(({ address }) => address);
  const known = dossier['release-ip'];
  const about = { step: 'release-ip', machine: machine.id } as const;
  if (known?.state !== 'done' && addresses.length > 0) {
    await step(ctx, 'uses', async (inner) => {
      await demandNoName(inner, target, knownAddresses(both));
      await demandNoUse(inner, target, addresses);
      return { value: undefined, detail: 'no name and no allowlist holds it' };
    });
    const list = addresses.join(', ');
    if (!known) await confirmByName(confirm, list, `This gives the address ${list} back; somebody else may get it.`);
    if (!known) await testify(ctx, target, { ...about, state: 'begun', facts: { removed: [] } });
  }
  const released: string[] = [];
  for (const one of facts.reserved) {
    await step(ctx, 'release', async () => {
      await keeper.release(one);
      return { value: undefined, detail: one.address };
    });
    released.push(`address ${one.address} released`);
  }
  const leftovers = await step(ctx, 'leftovers', async () => {
    const value = await keeper.removeLeftovers(facts);
    return { value, detail: value.join('; ') || 'none' };
  });
  const { appServers } = target.retire;
  if (appServers.length > 0)
    ctx.report({ kind: 'note', message: `the old app servers are yours to end: ${appServers.join(', ')}` });
  const removed = known?.state === 'done' ? known.facts.removed : [...released, ...leftovers];
  return await testify(ctx, target, { ...about, state: 'done', facts: { removed } });
}

async function demandNoUse(ctx: Context, target: Target, addresses: string[]): Promise<void> {
  const uses = unexplained(explain(await findUsesOfAddress(ctx, target, addresses), target.retire.accept));
  if (uses.length === 0) return;
  throw new DeployError('retire', `the address is still used: ${uses.length} times`, {
    lines: uses.map(({ key, old }) => `${key}: ${old}`),
    hint: 'remove them there, or explain them in retire.accept',
  });
}
