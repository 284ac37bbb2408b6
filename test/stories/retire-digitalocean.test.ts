import { describe, expect, it } from 'vitest';
import type { Context } from '../../pipeline/core/context.ts';
import { Secret } from '../../pipeline/core/secret.ts';
import { host, hour, startRetirement, type Retirement } from '../support/retirement.ts';
import { playedDigitalOcean, type Droplets } from '../support/digitalocean.ts';

const endpoint = 'https://api.digitalocean.com';
const droplet = { kind: 'digitalocean', tag: undefined, droplet: 'old-balancer' };

/** The story with a droplet instead of an instance, and DNS that shows at once what it is told. */
async function open(token = 'dop_v1_right') {
  const retirement = await startRetirement({ ...droplet, soakHours: 1 });
  const { story, machine, ctx } = retirement;
  const cloud = playedDigitalOcean(machine.address);
  const dns = { address: machine.address };
  const isUp = () => cloud.droplet?.status === 'active';
  Object.defineProperty(retirement.hand, 'isUp', { get: isUp });
  const own: Context = {
    ...ctx,
    digitalOcean: { endpoint, token: new Secret(token) },
    dns: async ({ name }) => (name === host ? [{ value: dns.address, ttlSeconds: 300 }] : []),
    http: async (request) => (request.url.startsWith(endpoint) ? cloud.http(request) : ctx.http(request)),
  };
  const fresh = () => Object.values(story.sandbox.engine.state.elb.loadBalancers)[0]?.address ?? '';
  return { retirement, cloud, own, moveName: () => (dns.address = fresh()) };
}

async function walkToImage(retirement: Retirement, own: Context, moveName: () => void): Promise<void> {
  await retirement.take('plan', own);
  moveName();
  for (const step of ['shift', 'forward', 'watch'] as const) await retirement.take(step, own);
  await retirement.story.clock.advance(hour + 1000);
  for (const step of ['watch', 'stop', 'snapshot'] as const) await retirement.take(step, own);
}

const stateOf = ({ droplet: one, snapshots, reserved }: Droplets) => ({
  status: one?.status,
  snapshots: snapshots.length,
  reserved: reserved.length,
});

describe('a droplet of DigitalOcean', () => {
  it('is shut down, imaged and destroyed, and its reserved IP released', async () => {
    const { retirement, cloud, own, moveName } = await open();
    await using _ = retirement;
    await walkToImage(retirement, own, moveName);
    expect(stateOf(cloud)).toEqual({ status: 'off', snapshots: 1, reserved: 1 });
    await retirement.story.clock.advance(hour + 1000);
    await retirement.take('terminate', own);
    await retirement.take('release-ip', own);
    expect(stateOf(cloud)).toEqual({ status: undefined, snapshots: 1, reserved: 0 });
    expect(cloud.calls).toEqual([
      'POST /v2/droplets/7/actions shutdown',
      'POST /v2/droplets/7/actions snapshot',
      'DELETE /v2/droplets/7',
      `DELETE /v2/reserved_ips/${retirement.machine.address}`,
    ]);
  });

  it('is powered on again, and loses its image, by going back', async () => {
    const { retirement, cloud, own, moveName } = await open();
    await using _ = retirement;
    await walkToImage(retirement, own, moveName);
    await retirement.take('back', own);
    expect(stateOf(cloud)).toEqual({ status: 'off', snapshots: 0, reserved: 1 });
    await retirement.take('back', own);
    expect(stateOf(cloud)).toEqual({ status: 'active', snapshots: 0, reserved: 1 });
  });

  it('needs a token that DigitalOcean takes, and no message shows it', async () => {
    const { retirement, own } = await open('dop_v1_wrong');
    await using _ = retirement;
    const error = await retirement.take('plan', own).catch((one: unknown) => one as Error);
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringContaining('(401)') as string });
    expect(JSON.stringify(error)).not.toContain('dop_v1');
    const { digitalOcean: _token, ...without } = own;
    await expect(retirement.take('plan', without)).rejects.toThrow(/there is no token/);
  });
});
