import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { step } from '../../core/report.ts';
import { lastStep, type StepName } from '../../core/retire/evidence.ts';
import type { Target } from '../../core/target.ts';
import { forget } from '../../stages/retiree/dossier.ts';
import { takeForwardBack } from '../../stages/retiree/forward.ts';
import { findNames, findZones } from '../../stages/zones.ts';
import { leadBack } from '../../stages/retiree/shift.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';

/** What was taken back, and what is next. */
export interface BackResult {
  app: string;
  environment: string;
  /** Undefined when there was nothing to take back. */
  step: StepName | undefined;
  next: StepName | undefined;
}

/** Takes the last step of the retirement back. Throws `retire` for what cannot be. */
export async function retireBack(ctx: Context, target: Target): Promise<BackResult> {
  const both = await findBoth(ctx, target);
  const last = lastStep(both.dossier);
  const { app, environment } = target;
  if (last === undefined) return { app, environment, step: undefined, next: undefined };
  await step(ctx, `back from ${last}`, async (inner) => {
    await acts[last](inner, target, both);
    await forget(inner, target, last);
    return { value: undefined };
  });
  const { [last]: _, ...left } = both.dossier;
  return { app, environment, step: last, next: lastStep(left) };
}

type Act = (ctx: Context, target: Target, both: Both) => Promise<void>;

const nothing: Act = async () => {};

const acts: Record<StepName, Act> = {
  plan: nothing,
  shift: async (ctx, target, both) => {
    await leadBack(ctx, target, both, await findNames(ctx, await findZones(ctx), target.retire.hostnames));
  },
  forward: takeForwardBack,
  watch: nothing,
  stop: async (_ctx, _target, { keeper, machine }) => keeper.start(machine),
  snapshot: async (_ctx, _target, { keeper, dossier }) => keeper.removeSnapshot(dossier.snapshot?.facts.id ?? ''),
  terminate: async (_ctx, _target, { machine }) => {
    // Cut off before anything was terminated, there is only a word to take back.
    if (machine.state === 'gone') throw lost(`${machine.id} is terminated`, 'start a machine from the image');
  },
  'release-ip': async (_ctx, _target, { dossier }) => {
    if (dossier['release-ip']?.state === 'done') throw lost('the address is released', 'take another one');
  },
};

const lost = (message: string, hint: string): DeployError =>
  new DeployError('retire', `${message}: that cannot be taken back`, { hint: `${hint} if you need it again` });
