import type { Context } from '../../core/context.ts';
import { step, type Outcome } from '../../core/report.ts';
import type { Evidence } from '../../core/retire/evidence.ts';
import type { Target } from '../../core/target.ts';
import { keepBelongings } from '../../stages/retiree/belongings.ts';
import { testify } from '../../stages/retiree/dossier.ts';
import { demandNoName, demandQuiet, knownAddresses } from '../../stages/retiree/gates.ts';
import { findObstacle } from '../../stages/retiree/reach.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';

/**
 * Stops the old machine; `retire back` starts it again. Keeps its configuration first, since nobody can read it afterwards.
 * Throws `retire` unless it was quiet for the soak time and still is, naming who comes.
 */
export async function retireStop(ctx: Context, target: Target): Promise<Evidence<'stop'>> {
  const both = await findBoth(ctx, target);
  const { machine, keeper } = both;
  const isRunning = machine.state === 'running';
  const begun = both.dossier.stop?.machine === machine.id ? both.dossier.stop : undefined;
  // Somebody may have started it again: then all of it anew.
  const known = isRunning ? undefined : begun;
  if (!known) await step(ctx, 'quiet', (inner) => demandIdle(inner, target, both));
  const facts = known?.facts ?? (await step(ctx, 'configuration', (inner) => keep(inner, target, both)));
  const about = { step: 'stop', machine: machine.id, facts } as const;
  if (!known) await testify(ctx, target, { ...about, state: 'begun' });
  await step(ctx, 'stop', async () => {
    await keeper.stop(machine);
    return { value: undefined, detail: machine.name, reused: machine.state === 'stopped' };
  });
  return await testify(ctx, target, { ...about, state: 'done', ...(known && { since: known.since }) });
}

async function demandIdle(ctx: Context, target: Target, both: Both): Promise<Outcome<void>> {
  await demandQuiet(ctx, target, both);
  await demandNoName(ctx, target, knownAddresses(both));
  return { value: undefined, detail: 'nobody comes, and no name leads there' };
}

async function keep(ctx: Context, target: Target, { machine }: Both): Promise<Outcome<Evidence<'stop'>['facts']>> {
  const isReadable = machine.state === 'running' && (await findObstacle(ctx, target, machine.id)) === undefined;
  const secret = isReadable ? await keepBelongings(ctx, target, machine.id) : undefined;
  const { reserved, address, securityGroups, keptVolumes } = machine;
  const detail = secret === undefined ? 'nobody can read it: only the image will have it' : `secret ${secret}`;
  return { value: { reserved, address, securityGroups, keptVolumes, secret }, detail };
}
