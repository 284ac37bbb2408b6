import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import { objectionTo, type Dossier, type Evidence, type Facts, type StepName } from '../../core/retire/evidence.ts';
import type { Target } from '../../core/target.ts';
import { readDocuments, removeDocument, writeDocument } from './dossier/parameters.ts';

/** All evidence, from one parameter a step: SSM keeps the 100 versions before, each with its date. */
export async function readDossier(ctx: Context, target: Target): Promise<Dossier> {
  return Object.fromEntries(await readDocuments(ctx, namesOf(target).retirement)) as Dossier;
}

interface Words<S extends StepName> {
  step: S;
  state: Evidence['state'];
  machine: string;
  facts: Facts[S];
  /** Unset: since now. */
  since?: string;
}

/** Writes evidence down. */
export async function testify<S extends StepName>(ctx: Context, target: Target, words: Words<S>): Promise<Evidence<S>> {
  const at = new Date(ctx.clock.now()).toISOString();
  const evidence = { ...words, at, since: words.since ?? at };
  await writeDocument(ctx, namesOf(target).retirement, words.step, evidence);
  return evidence;
}

/** Forgets evidence: the step has been taken back. */
export async function forget(ctx: Context, target: Target, step: StepName): Promise<void> {
  await removeDocument(ctx, namesOf(target).retirement, step);
}

/** The evidence of the step before. Throws `retire` when it is missing, unfinished or stale. */
export function demand<S extends StepName>(
  dossier: Dossier,
  step: S,
  on: { machine: string; now: number; freshHours: number },
): Evidence<S> {
  const evidence = dossier[step];
  const objection = objectionTo(evidence, { step, ...on });
  if (evidence && objection === undefined) return evidence;
  throw new DeployError('retire', objection ?? '', { hint: `run \`redeploy retire ${step}\` first` });
}
