import { describe, expect, it } from 'vitest';
import type { Context } from '../../pipeline/core/context.ts';
import { http } from '../../pipeline/edge/http.ts';
import { startDigitalOcean } from '../../sandbox/digitalocean.ts';
import { Secret } from '../../pipeline/core/secret.ts';
import { host, hour, startRetirement, type Retirement } from '../support/retirement.ts';

const right = 'dop_v1_right';
const settings = { kind: 'digitalocean', tag: undefined, droplet: 'old-balancer', soakHours: 1 };

/** The story with a droplet instead of an instance, and DNS that shows at once what it is told. */
async function open(token = right) {
  const retirement = await startRetirement(settings);
  const { story, machine, ctx } = retirement;
  const { engine } = story.sandbox;
  const api = await startDigitalOcean(engine, { token: right });
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${right}` };
    const answer = await fetch(`${api.endpoint}/v2/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const { droplet } = (await ask('POST', 'droplets', { name: 'old-balancer' })) as { droplet: { id: number } };
  const reserved = (await ask('POST', 'reserved_ips', { droplet_id: droplet.id })) as { reserved_ip: { ip: string } };
  // A neighbour, so that lists hold more than what is looked for.
  await ask('POST', 'droplets', { name: 'neighbour' });
  await ask('POST', 'reserved_ips', {});
  machine.address = reserved.reserved_ip.ip;
  const dns = { address: machine.address };
  const cloud = engine.state.digitalocean;
  Object.defineProperty(retirement.hand, 'isUp', { get: () => cloud.droplets[droplet.id]?.status === 'active' });
  const own: Context = {
    ...ctx,
    digitalOcean: { endpoint: api.endpoint, token: new Secret(token) },
    dns: async ({ name }) => (name === host ? [{ value: dns.address, ttlSeconds: 300 }] : []),
    http: async (request) => (request.url.startsWith(api.endpoint) ? http(request) : ctx.http(request)),
  };
  const fresh = () => Object.values(engine.state.elb.loadBalancers)[0]?.address ?? '';
  return {
    retirement,
    own,
    moveName: () => (dns.address = fresh()),
    look: () => ({
      status: cloud.droplets[droplet.id]?.status,
      snapshots: Object.values(cloud.snapshots).filter(({ dropletId }) => dropletId === droplet.id).length,
      isReserved: machine.address in cloud.reservedIps,
      neighbours: Object.keys(cloud.droplets).length + Object.keys(cloud.reservedIps).length,
    }),
    actions: () => Object.values(cloud.actions).map(({ type, status }) => `${type} ${status}`),
    /** Somebody else's action that holds the droplet. */
    hold: () => ask('POST', `droplets/${droplet.id}/actions`, { type: 'snapshot', name: 'theirs' }),
    [Symbol.asyncDispose]: async () => {
      await api.close();
      await retirement[Symbol.asyncDispose]();
    },
  };
}

async function walkToImage(retirement: Retirement, own: Context, moveName: () => void): Promise<void> {
  await retirement.take('plan', own);
  moveName();
  for (const step of ['shift', 'forward', 'watch'] as const) await retirement.take(step, own);
  await retirement.story.clock.advance(hour + 1000);
  for (const step of ['watch', 'stop', 'snapshot'] as const) await retirement.take(step, own);
}

describe('a droplet of DigitalOcean', () => {
  it('is shut down, imaged and destroyed, and its reserved IP released', async () => {
    await using world = await open();
    const { retirement, own, look } = world;
    await walkToImage(retirement, own, world.moveName);
    expect(look()).toMatchObject({ status: 'off', snapshots: 1, isReserved: true });
    await retirement.story.clock.advance(hour + 1000);
    await retirement.take('terminate', own);
    await retirement.take('release-ip', own);
    expect(look()).toEqual({ status: undefined, snapshots: 1, isReserved: false, neighbours: 2 });
    expect(world.actions()).toEqual(['shutdown completed', 'snapshot completed']);
  });

  it('is powered on again, and loses its image, by going back', async () => {
    await using world = await open();
    const { retirement, own, look } = world;
    await walkToImage(retirement, own, world.moveName);
    await retirement.take('back', own);
    expect(look()).toMatchObject({ status: 'off', snapshots: 0, isReserved: true });
    await retirement.take('back', own);
    expect(look()).toMatchObject({ status: 'active', snapshots: 0, isReserved: true });
  });

  it('that somebody is doing something else with is waited for', async () => {
    await using world = await open();
    const { retirement, own, look } = world;
    await retirement.take('plan', own);
    world.moveName();
    for (const step of ['shift', 'forward', 'watch'] as const) await retirement.take(step, own);
    await retirement.story.clock.advance(hour + 1000);
    await retirement.take('watch', own);
    await world.hold();
    await retirement.take('stop', own);
    expect(look()).toMatchObject({ status: 'off', snapshots: 1 });
    expect(world.actions()).toEqual(['snapshot completed', 'shutdown completed']);
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
