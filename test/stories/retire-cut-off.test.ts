import { expect, it } from 'vitest';
import type { StepName } from '../../pipeline/core/retire/evidence.ts';
import { ways } from '../support/cut-off.ts';
import { evidenceOf, sabotaged, walk, type Sabotage, type Walker } from '../support/cut-walk.ts';
import { startRetirement, type Retirement } from '../support/retirement.ts';
import { giveKey } from '../support/deployer.ts';
import { clients } from '../support/sandbox.ts';
import { unhurried } from '../support/unhurried.ts';
import { worldDifference, worldText } from '../support/world-text.ts';

// Every call of every step, cut in the three ways: the same command again must end in the same world.

/** One in so many calls is cut, others in each way; `EVERY=1` cuts them all. */
const every = Number(process.env['EVERY'] ?? 29);

interface Stage extends Walker {
  retirement: Retirement;
}

async function openStage(): Promise<Stage> {
  const { sabotage, around } = sabotaged();
  const retirement = await startRetirement({ shiftPauseSeconds: 20 }, around);
  return { retirement, story: retirement.story, sabotage, perform: (step) => perform(retirement, sabotage, step) };
}

/** One process of `redeploy`. */
async function perform(retirement: Retirement, sabotage: Sabotage, step: StepName): Promise<void> {
  const { story, ctx } = retirement;
  const accessKeyId = sabotage.begin();
  giveKey(story.sandbox, accessKeyId);
  const aws = unhurried(story.clock, clients(story.sandbox, { accessKeyId }));
  await retirement.take(step, { ...ctx, aws });
}

/** What there is in the end, but for the addresses that loopback gave, past changes of DNS, and dates in the evidence. */
function worldOf({ retirement: { story, old } }: Stage): string {
  const world = worldText(story.sandbox)
    .split('\n')
    .filter((line) => !/^\/(route53\/changes|ssm)/.test(line));
  return [...world, ...evidenceOf(story), old.config, `closed ${old.oldConnections}`]
    .join('\n')
    .replace(/127(\.\d+){3}/g, '<balancer>');
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
