import type { Context } from '../../core/context.ts';
import { lastStep, stepNames, type Dossier, type StepName } from '../../core/retire/evidence.ts';
import { missingHours } from '../../core/retire/residue.ts';
import { percentMoved } from '../../core/retire/records.ts';
import type { Target } from '../../core/target.ts';
import { findNames, findZones } from '../../stages/zones.ts';
import { findBoth, type Both } from '../../stages/retiree/sides.ts';

/** How far the old load balancer's retirement has come. Plain JSON. */
export interface RetireStatus {
  app: string;
  environment: string;
  machine: Pick<Both['machine'], 'id' | 'name' | 'state' | 'address' | 'isProtected'>;
  names: { host: string; percent: number | undefined }[];
  dossier: Dossier;
  /** Hours that it must be quiet still, once a watch has begun. */
  missingHours: number | undefined;
  /** What to do next; undefined at the end. */
  next: StepName | undefined;
}

/** Looks at evidence, machine and names. Changes nothing. */
export async function retireStatus(ctx: Context, target: Target): Promise<RetireStatus> {
  const { machine, dossier, balancer } = await findBoth(ctx, target);
  const names = await findNames(ctx, await findZones(ctx), target.retire.hostnames);
  const { id, name, state, address, isProtected } = machine;
  const { watch } = dossier;
  const last = lastStep(dossier);
  const isDone = last !== undefined && dossier[last]?.state === 'done';
  return {
    app: target.app,
    environment: target.environment,
    machine: { id, name, state, address, isProtected },
    names: names.map(({ host, zoneId, records }) => ({
      host,
      percent: zoneId === undefined ? undefined : percentMoved(records, balancer),
    })),
    dossier,
    missingHours: watch && missingHours(watch.facts, target.retire),
    next: last === undefined ? 'plan' : isDone ? stepNames[stepNames.indexOf(last) + 1] : last,
  };
}
