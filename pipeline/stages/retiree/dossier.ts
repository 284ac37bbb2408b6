import { DeleteParameterCommand, paginateGetParametersByPath, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import { objectionTo, type Dossier, type Evidence, type Facts, type StepName } from '../../core/retire/evidence.ts';
import type { Target } from '../../core/target.ts';

const nameOf = (target: Target, step: StepName): string => `${namesOf(target).retirement}/${step}`;

/** All evidence, from one parameter a step: SSM keeps the 100 versions before, each with its date. */
export async function readDossier(ctx: Context, target: Target): Promise<Dossier> {
  const all: Evidence[] = [];
  const Path = namesOf(target).retirement;
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ctx.aws.ssm }, { Path }))
    all.push(...Parameters.map(({ Value = '' }) => JSON.parse(Value) as Evidence));
  return Object.fromEntries(all.map((evidence) => [evidence.step, evidence])) as Dossier;
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
  const [Name, Value] = [nameOf(target, words.step), JSON.stringify(evidence)];
  await ctx.aws.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  return evidence;
}

/** Forgets evidence: the step has been taken back. */
export async function forget(ctx: Context, target: Target, step: StepName): Promise<void> {
  try {
    await ctx.aws.ssm.send(new DeleteParameterCommand({ Name: nameOf(target, step) }));
  } catch (error) {
    if (!isAwsError(error, 'ParameterNotFound')) throw error;
  }
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
