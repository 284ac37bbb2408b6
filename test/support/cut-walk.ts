import { stepNames, type StepName } from '../../pipeline/core/retire/evidence.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { saboteur, type Way } from './cut-off.ts';
import { waitBefore } from './retirement.ts';
import type { Story, StorySandbox } from './story.ts';

// Retirements that are walked from end to end and cut at one call.

export type Sabotage = ReturnType<typeof saboteur>;

/** Somebody who cuts calls, and a sandbox that asks them. */
export function sabotaged(): { sabotage: Sabotage; around: StorySandbox } {
  const sabotage = saboteur();
  const timing = { ...timings.none, tickMs: 60_000 };
  return { sabotage, around: { timing, before: (call) => sabotage.before(call) } };
}

export interface Walker {
  story: Story;
  sabotage: Sabotage;
  /** One process of `redeploy`. */
  perform: (step: StepName) => Promise<void>;
}

/** Walks the whole way; at the step of the cut, the command is given twice. Resolves with the calls of each step. */
export async function walk(
  { story, sabotage, perform }: Walker,
  cut?: { step: StepName; call: string; way: Way },
): Promise<Map<StepName, string[]>> {
  const calls = new Map<StepName, string[]>();
  for (const step of stepNames) {
    await waitBefore(story, step, () => perform('watch'));
    if (cut?.step === step) {
      sabotage.cut = cut;
      await perform(step).catch(() => undefined);
    }
    await perform(step);
    calls.set(step, [...sabotage.calls]);
  }
  return calls;
}

/** How far the evidence of each step has come, a line a parameter. */
export const evidenceOf = ({ sandbox }: Story): string[] =>
  Object.values(sandbox.engine.state.ssm.parameters).map(({ name, versions }) => {
    const { state } = JSON.parse(versions.at(-1)?.value ?? '{}') as { state?: string };
    return `${name} ${state}`;
  });
