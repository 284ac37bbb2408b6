import type { Context } from '../../core/context.ts';
import { durationText } from '../../core/duration.ts';
import { DeployError } from '../../core/errors.ts';
import { step } from '../../core/report.ts';
import type { Evidence } from '../../core/retire/evidence.ts';
import { missingMs } from '../../core/retire/residue.ts';
import type { Target } from '../../core/target.ts';
import { demand, testify } from '../../stages/retiree/dossier.ts';
import { confirmByName, demandNoName, knownAddresses } from '../../stages/retiree/gates.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';
import { demandStopped } from './snapshot.ts';

const hourMs = 3_600_000;

/** How the user is asked for the name of what goes for ever. */
export interface Confirming {
  confirm: (question: string) => Promise<string>;
}

/**
 * Terminates the old machine, for ever. Throws `retire` unless it was quiet, has been stopped for long enough and its image
 * is there; `usage` when another name than its own is typed.
 */
export async function retireTerminate(
  ctx: Context,
  target: Target,
  { confirm }: Confirming,
): Promise<Evidence<'terminate'>> {
  const both = await findBoth(ctx, target);
  const { machine, keeper, dossier } = both;
  const known = dossier.terminate?.machine === machine.id ? dossier.terminate : undefined;
  const about = { step: 'terminate', machine: machine.id } as const;
  if (machine.state !== 'gone') {
    await step(ctx, 'evidence', async (inner) => {
      await demandAll(inner, target, both);
      return { value: undefined, detail: 'quiet, stopped, imaged, and no name leads there' };
    });
    await confirmByName(confirm, machine.name, `This terminates ${machine.name} (${machine.id}).`);
  }
  const facts = known?.facts ?? factsOf(both);
  if (!known) await testify(ctx, target, { ...about, state: 'begun', facts });
  await step(ctx, 'terminate', async () => {
    await keeper.terminate(machine);
    return { value: undefined, detail: machine.name, reused: machine.state === 'gone' };
  });
  const since = known?.state === 'done' ? { since: known.since } : {};
  return await testify(ctx, target, { ...about, state: 'done', facts, ...since });
}

function factsOf({ machine, dossier }: Both): Evidence<'terminate'>['facts'] {
  if (!dossier.stop)
    throw new DeployError('retire', `${machine.id} is gone, and not through \`redeploy retire\``, {
      hint: 'release its address by hand if it had one',
    });
  return dossier.stop.facts;
}

async function demandAll(ctx: Context, target: Target, both: Both): Promise<void> {
  const { machine, dossier, keeper } = both;
  const { freshHours, stoppedHours } = target.retire;
  const stop = demandStopped(both);
  const { facts: residue } = demand(dossier, 'watch', { machine: machine.id, now: 0, freshHours: Infinity });
  const gapHours = (Date.parse(stop.since) - Date.parse(residue.lookedAt)) / hourMs;
  if (missingMs(residue, target.retire) > 0 || gapHours > freshHours)
    throw new DeployError('retire', `nobody watched ${machine.name} until it was stopped at ${stop.since}`, {
      hint: 'run `redeploy retire back` until it runs, then `redeploy retire watch`',
    });
  const snapshot = demand(dossier, 'snapshot', { machine: machine.id, now: ctx.clock.now(), freshHours });
  if (Date.parse(snapshot.since) < Date.parse(stop.since) || !(await keeper.isSnapshotThere(snapshot.facts.id)))
    throw new DeployError('retire', `the image ${snapshot.facts.name} is not there, or older than the last stop`, {
      hint: 'run `redeploy retire snapshot`',
    });
  const stoppedMs = ctx.clock.now() - Date.parse(stop.since);
  if (stoppedMs < stoppedHours * hourMs)
    throw new DeployError(
      'retire',
      `${machine.name} has been stopped for ${durationText(stoppedMs)} of ${durationText(stoppedHours * hourMs)}`,
      {
        hint: 'wait: whoever misses it has time to say so. `redeploy retire back` starts it again',
      },
    );
  if (machine.isProtected)
    throw new DeployError('retire', `${machine.name} is protected against termination: somebody meant that`, {
      hint: `aws ec2 modify-instance-attribute --instance-id ${machine.id} --no-disable-api-termination`,
    });
  await demandNoName(ctx, target, knownAddresses(both));
}
