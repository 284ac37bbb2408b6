import { describe, expect, it } from 'vitest';
import { openDroplet } from '../support/old-places.ts';
import { hour } from '../support/retirement.ts';

const open = (token?: string) => openDroplet({ retire: { soakHours: 1 }, ...(token !== undefined && { token }) });

async function walkTo(world: Awaited<ReturnType<typeof open>>, last: 'watch' | 'snapshot'): Promise<void> {
  const { retirement, own } = world;
  for (const step of ['plan', 'shift', 'forward', 'watch'] as const) await retirement.take(step, own);
  await retirement.story.clock.advance(hour + 1000);
  await retirement.take('watch', own);
  if (last === 'snapshot') for (const step of ['stop', 'snapshot'] as const) await retirement.take(step, own);
}

describe('a droplet of DigitalOcean', () => {
  it('is shut down, imaged and destroyed, and its reserved IP released', async () => {
    await using world = await open();
    const { retirement, own, look } = world;
    await walkTo(world, 'snapshot');
    expect(look()).toMatchObject({ status: 'off', snapshots: 1, isReserved: true });
    await retirement.story.clock.advance(hour + 1000);
    await retirement.take('terminate', own);
    await retirement.take('release-ip', own);
    expect(look()).toEqual({ status: undefined, snapshots: 1, isReserved: false, neighbours: 2 });
    expect(world.actions()).toEqual(['shutdown completed', 'snapshot completed']);
  });

  it('that somebody is doing something else with is waited for', async () => {
    await using world = await open();
    await walkTo(world, 'watch');
    await world.ask('snapshot');
    await world.retirement.take('stop', world.own);
    expect(world.look()).toMatchObject({ status: 'off', snapshots: 1 });
    expect(world.actions()).toEqual(['snapshot completed', 'shutdown completed']);
  });

  it('that was running again meanwhile is not destroyed', async () => {
    await using world = await open();
    const { retirement, own } = world;
    await walkTo(world, 'snapshot');
    for (const type of ['power_on', 'power_off']) {
      await retirement.story.clock.advance(60_000);
      await world.ask(type);
      await retirement.story.clock.advance(hour);
    }
    expect(world.look()).toMatchObject({ status: 'off' });
    await expect(retirement.take('terminate', own)).rejects.toThrow(/old-balancer is or was running again/);
  });

  it('is reached again when the network fails for a moment, and is told when it does not answer', async () => {
    await using world = await open();
    const { retirement, own } = world;
    let failures = 2;
    const flaky = (method: string): typeof own => ({
      ...own,
      http: async (request) => {
        const isOurs = request.url.includes('/v2/') && (request.method ?? 'GET') === method;
        if (isOurs && failures-- > 0) throw new Error('read ECONNRESET');
        return own.http(request);
      },
    });
    await retirement.take('plan', flaky('GET'));
    await walkTo(world, 'watch');
    failures = 1;
    await expect(retirement.take('stop', flaky('POST'))).rejects.toMatchObject({
      code: 'retire',
      message: expect.stringMatching(/^DigitalOcean does not answer POST .*: read ECONNRESET$/) as string,
    });
  });

  it('needs a token that DigitalOcean takes, and no message shows it', async () => {
    await using world = await open('dop_v1_wrong');
    const { retirement, own } = world;
    const error = await retirement.take('plan', own).catch((one: unknown) => one as Error);
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringContaining('(401)') as string });
    expect(JSON.stringify(error)).not.toContain('dop_v1');
    const { digitalOcean: _token, ...without } = own;
    await expect(retirement.take('plan', without)).rejects.toThrow(/there is no token/);
  });
});
