import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { array, assert, asyncProperty, boolean, constantFrom, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showPlan } from '../../pipeline/cli/show/plan.ts';
import { plan, type Plan } from '../../pipeline/commands/plan.ts';
import { steps } from '../support/plan-steps.ts';
import { announced, countable, watchedStory, type Watched } from '../support/plan-world.ts';

/** Plans, deploys, and demands that the one said what the other does; then that nothing is left to do. */
async function expectTruth(watched: Watched): Promise<void> {
  const told = await watched.plan();
  const { calls, result } = await watched.deploy();
  expect(countable(calls)).toEqual(announced(told));
  expect(told.hasChanges || calls.length === 0).toBe(true);
  const isMoved = told.steps.some(({ stage, changes }) => stage === 'fleet' && changes.some(isMove));
  if (isMoved) expect(result.action).toBe('deployed');
  await watched.story.clock.advance(120_000);
  const again = await watched.plan();
  expect(again.steps.flatMap(({ changes }) => changes)).toEqual([]);
}

const isMove = ({ action, what }: { action: string; what: string }): boolean =>
  action === 'move' || (action === 'create' && what.startsWith('Auto Scaling group'));

/** `npm run bench:plan` makes a hundred. */
const numRuns = Number(process.env['RUNS'] ?? 6);

describe('plan', () => {
  it('announces the calls that a first deploy makes, and then says that there is nothing to do', async () => {
    await using watched = await watchedStory();
    await expectTruth(watched);
  });

  it('announces the machines that are kept in reserve, and those that go for them', async () => {
    await using watched = await watchedStory({ rollout: { keepPreviousMinutes: 60 } });
    await watched.deploy();
    for (const line of ['second line\n', 'third line\n']) {
      await watched.story.edit(line);
      await expectTruth(watched);
    }
  });

  it('announces the calls that deploy makes, in whatever world, and deploy leaves nothing to do', async () => {
    const names = array(constantFrom(...steps.keys()), { minLength: 1, maxLength: 3 });
    const world = record({ isFresh: boolean(), rounds: array(names, { minLength: 1, maxLength: 3 }) });
    await assert(
      asyncProperty(world, async ({ isFresh, rounds }) => {
        await using watched = await watchedStory();
        if (!isFresh) await watched.deploy();
        let number = 0;
        for (const round of rounds) {
          for (const name of round) await steps.get(name)?.(watched, (number += 1));
          await expectTruth(watched);
        }
      }),
      { numRuns, endOnFailure: true },
    );
  }, 600_000);

  it('says what somebody changed by hand, and whether deploy puts it right', async () => {
    await using watched = await watchedStory();
    await watched.deploy();
    for (const name of ['listener answers itself', 'rule is opened', 'scaling is added', 'role is trusted by others']) {
      await steps.get(`drift: ${name}`)?.(watched, 21);
    }
    const seen = await watched.plan();
    expect(seen.steps.flatMap(({ changes }) => changes.map(({ what }) => what))).toEqual([
      'inbound rules of security group shop-production-app',
      'listener 80 of load balancer shop-production',
    ]);
    expect(seen.left.map(({ what }) => what)).toEqual([
      'trust of role redeploy-shop-production-us-east-1-builder',
      'scaling policy own of shop-production',
    ]);
    await expectDocumented(seen);
  });

  it('looks prices up when asked to, and keeps them for the next plan', async () => {
    await using watched = await watchedStory({ instance: { type: 't3.medium' } });
    const { story } = watched;
    const target = await story.target();
    const shipped = (await watched.plan()).cost;
    const fresh = (
      await story.clock.run(() => plan(story.ctx, target, { prices: true, bundle: `${story.app}/bundle` }))
    ).cost;
    expect(fresh.pricesOf).toBe(new Date(story.clock.now()).toISOString().slice(0, 10));
    expect(fresh.month[0]).toEqual({ what: '2 x t3.medium', usd: 87.6 });
    expect(fresh.unknown).toEqual([]);
    expect((await watched.plan()).cost).toEqual(fresh);
    expect(shipped.pricesOf).not.toBe(fresh.pricesOf);
  });

  it('reads as docs/plan.md shows it', async () => {
    await using watched = await watchedStory();
    await expectDocumented(await watched.plan());
  });
});

/** The docs show what is printed; ids and hashes differ. */
async function expectDocumented(plan: Plan): Promise<void> {
  const docs = await readFile(path.resolve(import.meta.dirname, '../../docs/plan.md'), 'utf8');
  const general = (text: string) => text.replaceAll(/\b[0-9a-f]{12,}\b/g, '<id>');
  const blocks = [...docs.matchAll(/```\n\$ redeploy plan\n(.*?)\n```/gs)].map(([, block = '']) => general(block));
  expect(blocks).toContain(
    general(
      showPlan(plan)
        .lines((_, text) => text)
        .join('\n'),
    ),
  );
}
