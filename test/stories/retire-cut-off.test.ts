import { expect, it } from 'vitest';
import type { StepName } from '../../pipeline/core/retire/evidence.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { saboteur, ways, type Way } from '../support/cut-off.ts';
import { startRetirement, waitBefore, type Retirement } from '../support/retirement.ts';
import type { StorySandbox } from '../support/story.ts';
import { giveKey } from '../support/deployer.ts';
import { clients } from '../support/sandbox.ts';
import { unhurried } from '../support/unhurried.ts';
import { worldDifference, worldText } from '../support/world-text.ts';

// Every call of every step, cut in the three ways: the same command again must end in the same world.

const steps: StepName[] = ['plan', 'shift', 'forward', 'watch', 'stop', 'snapshot', 'terminate', 'release-ip'];
/** One in so many calls is cut, others in each way; `EVERY=1` cuts them all. */
const every = Number(process.env['EVERY'] ?? 29);

interface Stage {
  retirement: Retirement;
  sabotage: ReturnType<typeof saboteur>;
}

async function openStage(): Promise<Stage> {
  const sabotage = saboteur();
  const around = {
    timing: { ...timings.none, tickMs: 60_000 },
    before: (call) => sabotage.before(call),
  } satisfies StorySandbox;
  return { retirement: await startRetirement({ shiftPauseSeconds: 20 }, around), sabotage };
}

/** One process of `redeploy`. */
async function perform({ retirement, sabotage }: Stage, step: StepName): Promise<void> {
  const { story, ctx } = retirement;
  const accessKeyId = sabotage.begin();
  giveKey(story.sandbox, accessKeyId);
  const aws = unhurried(story.clock, clients(story.sandbox, { accessKeyId }));
  await retirement.take(step, { ...ctx, aws });
}

/** What there is in the end, but for the addresses that loopback gave, past changes of DNS, and dates in the evidence. */
function worldOf({ retirement: { story, old } }: Stage): string {
  const { parameters } = story.sandbox.engine.state.ssm;
  const evidence = Object.values(parameters).map(({ name, versions }) => {
    const { state } = JSON.parse(versions.at(-1)?.value ?? '{}') as { state?: string };
    return `${name} ${state}`;
  });
  const world = worldText(story.sandbox)
    .split('\n')
    .filter((line) => !/^\/(route53\/changes|ssm)/.test(line));
  return [...world, ...evidence, old.config, `closed ${old.oldConnections}`]
    .join('\n')
    .replace(/127(\.\d+){3}/g, '<balancer>');
}

/** Walks the whole way; at the step of the cut, the command is given twice. */
async function walk(stage: Stage, cut?: { step: StepName; call: string; way: Way }): Promise<Map<StepName, string[]>> {
  const { retirement, sabotage } = stage;
  const calls = new Map<StepName, string[]>();
  for (const step of steps) {
    await waitBefore(retirement.story, step, () => perform(stage, 'watch'));
    if (cut?.step === step) {
      sabotage.cut = cut;
      await perform(stage, step).catch(() => undefined);
    }
    await perform(stage, step);
    calls.set(step, [...sabotage.calls]);
  }
  return calls;
}

it.each(ways)(
  'a step whose AWS call is %s is repaired by running it again, wherever it was',
  async (way) => {
    const clean = await openStage();
    await using _ = clean.retirement;
    const calls = await walk(clean);
    const expected = worldOf(clean);
    const places = [...calls].flatMap(([step, all]) => all.map((call) => ({ step, call, way })));
    const offset = ways.indexOf(way) * 10;
    const failures: string[] = [];
    for (const place of places.filter((_one, at) => at % every === offset % every)) {
      const stage = await openStage();
      await using _stage = stage.retirement;
      const differences = await walk(stage, place).then(
        () => worldDifference(expected, worldOf(stage)),
        (error: unknown) => [String(error)],
      );
      if (differences.length > 0) failures.push(`${place.step}, ${place.call}:`, ...differences);
    }
    expect(failures).toEqual([]);
  },
  // All of them take half an hour.
  every === 1 ? 3_600_000 : 60_000,
);
