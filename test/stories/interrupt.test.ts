import path from 'node:path';
import { assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../pipeline/cli/failure.ts';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import { startStory, type Story } from '../support/story.ts';

const second = 1000;

/** Starts a command, presses Ctrl-C after `ms`, and says how it ended; undefined when it was quicker. */
async function interrupted(story: Story, command: 'deploy' | 'rollback', ms: number): Promise<number | undefined> {
  const controller = new AbortController();
  const ctx = { ...story.ctx, signal: controller.signal };
  const target = await story.target();
  const options = { wait: true, bundle: path.join(story.app, 'bundle') };
  return story.clock.run(async () => {
    const work = command === 'deploy' ? deploy(ctx, target, options) : rollback(ctx, target, options);
    const end = work.then(
      () => undefined,
      (error: unknown) => failureOf(error, { lastWords: [], isInterrupted: true }).exitCode,
    );
    await Promise.race([end, story.clock.sleep(ms)]);
    controller.abort(new Error('interrupted'));
    return end;
  });
}

/** What is billed and belongs to no live release. */
function bill({ sandbox }: Story): string[] {
  const { ec2, elb } = sandbox.engine.state;
  const isOn = ({ state }: { state: string }) => state !== 'terminated' && state !== 'shutting-down';
  return [
    ...Object.values(ec2.instances)
      .filter(isOn)
      .map(({ tags }) => `machine ${tags['redeploy:release'] ?? tags['redeploy:role']}`),
    ...Object.values(elb.loadBalancers).map(({ name }) => `balancer ${name}`),
  ].toSorted();
}

const whole = (release: string): string[] => ['balancer shop-production', `machine ${release}`, `machine ${release}`];

describe('Ctrl-C', () => {
  it('at any moment of a first deploy leaves nothing that is billed, and the next deploy succeeds', async () => {
    await assert(
      asyncProperty(integer({ min: 1, max: 300 }), async (at) => {
        await using story = await startStory();
        const exitCode = await interrupted(story, 'deploy', at * second);
        await story.clock.advance(180 * second);
        if (exitCode === undefined) return;
        expect(exitCode).toBe(130);
        // Once all machines serve, there is nothing half-made: only the last look was cut off.
        expect([[], whole('v1')]).toContainEqual(bill(story));
        expect(await story.deploy()).toMatchObject({ release: 'v1' });
      }),
      { numRuns: 8, seed: 11, endOnFailure: true },
    );
  }, 300_000);

  it('at any moment of a second deploy leaves one release on all machines, and no other machine', async () => {
    await assert(
      asyncProperty(integer({ min: 1, max: 330 }), async (at) => {
        await using story = await startStory();
        await story.deploy();
        await story.edit('second line\n');
        const exitCode = await interrupted(story, 'deploy', at * second);
        await story.clock.advance(180 * second);
        if (exitCode === undefined) return;
        expect(exitCode).toBe(130);
        expect([whole('v1'), whole('v2')]).toContainEqual(bill(story));
      }),
      { numRuns: 8, seed: 12, endOnFailure: true },
    );
  }, 300_000);

  it('takes a rollback back, too: the release that was live stays', async () => {
    await using story = await startStory();
    await story.deploy();
    await story.edit('second line\n');
    await story.deploy();
    expect(await interrupted(story, 'rollback', 30 * second)).toBe(130);
    await story.clock.advance(180 * second);
    expect(bill(story)).toEqual(whole('v2'));
    expect(await story.rollback()).toMatchObject({ action: 'rolled-back', release: 'v1' });
  });
});
