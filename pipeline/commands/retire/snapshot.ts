import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { stemOf } from '../../core/names.ts';
import { step } from '../../core/report.ts';
import type { Evidence } from '../../core/retire/evidence.ts';
import type { Target } from '../../core/target.ts';
import { demand, testify } from '../../stages/retiree/dossier.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';

/** Makes an image of the stopped machine, from which it can be started again for as long as you keep it. Throws `retire`. */
export async function retireSnapshot(ctx: Context, target: Target): Promise<Evidence<'snapshot'>> {
  const both = await findBoth(ctx, target);
  const { machine, keeper } = both;
  const stop = demandStopped(both);
  const name = `${stemOf(target)}-old-balancer-${machine.id}`;
  const about = { step: 'snapshot', machine: machine.id } as const;
  const known = both.dossier.snapshot?.machine === machine.id ? both.dossier.snapshot : undefined;
  // An image of before it was last started lacks what has happened since.
  const isCurrent = known !== undefined && Date.parse(known.since) >= Date.parse(stop.since);
  if (known?.state === 'done' && !isCurrent) await keeper.removeSnapshot(known.facts.id);
  if (!isCurrent) await testify(ctx, target, { ...about, state: 'begun', facts: { id: '', name } });
  const id = await step(ctx, 'snapshot', async () => {
    const value = await keeper.snapshot(machine, name);
    return { value, detail: `${name}, ${value}`, reused: known?.facts.id === value };
  });
  const since = isCurrent ? { since: known.since } : {};
  return await testify(ctx, target, { ...about, state: 'done', facts: { id, name }, ...since });
}

/** That it was stopped is evidence for as long as it has not been started again. */
export function demandStopped({ dossier, machine }: Both): Evidence<'stop'> {
  const stop = demand(dossier, 'stop', { machine: machine.id, now: 0, freshHours: Infinity });
  const restarted = machine.startedAt !== undefined && machine.startedAt > Date.parse(stop.since);
  if (machine.state === 'stopped' && !restarted) return stop;
  throw new DeployError('retire', `${machine.name} is ${restarted ? 'or was running again' : machine.state}`, {
    hint: 'run `redeploy retire stop`: what it did since then nobody has watched',
  });
}
