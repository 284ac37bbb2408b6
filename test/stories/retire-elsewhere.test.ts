import { describe, expect, it } from 'vitest';
import type { Context } from '../../pipeline/core/context.ts';
import { elsewhereKeeper } from '../../pipeline/stages/retiree/elsewhere.ts';
import { retireStatus } from '../../pipeline/commands/retire/status.ts';
import { host } from '../support/old-machine.ts';
import { hour, startRetirement, type Retirement } from '../support/retirement.ts';

const elsewhere = { kind: 'elsewhere', tag: undefined, address: '198.51.100.9' };

/** DNS of others: what the resolvers say is in the test's hand. */
function foreignDns({ story, ctx, machine }: Retirement) {
  const dns: { address: string; ipv6?: string } = { address: machine.address };
  const { state } = story.sandbox.engine;
  const fresh = () => Object.values(state.elb.loadBalancers)[0]?.address ?? '';
  const own = {
    ...ctx,
    dns: async ({ name, type }: { name: string; type: string }) => {
      const value = type === 'AAAA' ? dns.ipv6 : dns.address;
      return name === host && value !== undefined ? [{ value, ttlSeconds: 300 }] : [];
    },
  };
  return { dns, fresh, own };
}

const notesOf = ({ story }: Retirement): string[] =>
  story.events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));

describe('an old load balancer that no API of ours leads to', () => {
  it('is retired by telling what to do and waiting until it shows', async () => {
    await using retirement = await startRetirement(elsewhere);
    const { story, hand } = retirement;
    const { dns, fresh, own } = foreignDns(retirement);
    await retirement.take('plan', own);

    const moving = retirement.cutover({}, own);
    await story.clock.run(() => story.clock.sleep(hour));
    expect(notesOf(retirement)).toContain(
      `change this where the DNS of ${host} is kept: ${host} -> A ${fresh()}, TTL 60`,
    );
    dns.address = fresh();
    expect(await moving).toMatchObject({ percent: undefined });

    await retirement.take('forward', own);
    await retirement.take('watch', own);
    await story.clock.advance(2 * hour + 1000);
    await retirement.take('watch', own);
    const stopping = retirement.take('stop', own);
    await story.clock.run(() => story.clock.sleep(hour));
    expect(notesOf(retirement)).toContain('stop the machine at 198.51.100.9 now, or its HAProxy');
    hand.isUp = false;
    await stopping;

    await retirement.take('snapshot', own);
    await story.clock.advance(hour + 1000);
    await retirement.take('terminate', own);
    await retirement.take('release-ip', own);
    expect(notesOf(retirement)).toEqual(
      expect.arrayContaining(['delete the machine at 198.51.100.9 now', 'give the address 198.51.100.9 back']),
    );
    expect(await story.clock.run(async () => retireStatus(own, await story.target()))).toMatchObject({
      next: undefined,
    });
  });

  it('is left by who comes by IPv6, too: the record for them has to go', async () => {
    await using retirement = await startRetirement(elsewhere);
    const { story } = retirement;
    const { dns, fresh, own } = foreignDns(retirement);
    dns.ipv6 = '2001:db8::9';
    await retirement.take('plan', own);
    const moving = retirement.cutover({}, own);
    await story.clock.run(() => story.clock.sleep(hour));
    expect(notesOf(retirement)).toContain(
      `remove the AAAA record of ${host} there (2001:db8::9): the new load balancer has no IPv6 address`,
    );
    dns.address = fresh();
    await story.clock.run(() => story.clock.sleep(hour));
    const reasons = story.events.flatMap((event) => (event.kind === 'waiting' ? [event.reason] : []));
    expect(reasons.at(-1)).toBe(`resolver still says 2001:db8::9 for ${host}`);
    delete dns.ipv6;
    await moving;
  });

  it('is found behind the proxies of somebody else, which no resolver sees through', async () => {
    await using retirement = await startRetirement(elsewhere);
    const { dns, own } = foreignDns(retirement);
    dns.address = '104.16.0.1';
    await expect(retirement.take('plan', own)).rejects.toMatchObject({
      lines: [
        `leads elsewhere  (${host})`,
        "    old  leads to 104.16.0.1 (says resolver): something stands in front, or it is another machine's",
        '    new  is shown by no resolver while that stands in front',
      ],
    });
  });

  it('that is a load balancer of AWS hands its names over, and forwards nothing', async () => {
    const address = 'old-1.eu-central-1.elb.amazonaws.com';
    await using retirement = await startRetirement({ ...elsewhere, address, resolvers: [] });
    const { ctx, machine } = retirement;
    machine.address = address;
    await retirement.take('plan', ctx);
    await retirement.take('shift', ctx);
    await expect(retirement.take('forward', ctx)).rejects.toThrow(
      `${address} is a load balancer of AWS, not a machine: nothing can forward there`,
    );
  });

  it('is seen to run where it has nothing but TLS, believed or not', async () => {
    await using retirement = await startRetirement(elsewhere);
    const { story, ctx } = retirement;
    const target = await story.target();
    const codes: Record<string, string> = { http: 'ECONNREFUSED', https: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
    const own: Context = {
      ...ctx,
      http: async ({ url }) => {
        throw Object.assign(new Error(url), { code: codes[url.split(':')[0] ?? ''] });
      },
    };
    expect(await elsewhereKeeper(own, target).find()).toMatchObject({ state: 'running' });
    codes['https'] = 'ECONNREFUSED';
    expect(await elsewhereKeeper(own, target).find()).toMatchObject({ state: 'stopped' });
  });

  it('is not stopped while a resolver still leads there', async () => {
    await using retirement = await startRetirement({ ...elsewhere, soakHours: 0 });
    const { dns, fresh, own } = foreignDns(retirement);
    await retirement.take('plan', own);
    dns.address = fresh();
    for (const step of ['shift', 'forward', 'watch'] as const) await retirement.take(step, own);
    dns.address = retirement.machine.address;
    await expect(retirement.take('stop', own)).rejects.toThrow(/shop.example.com .* still leads to the old machine/);
  });
});
