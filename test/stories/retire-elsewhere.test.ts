import { describe, expect, it } from 'vitest';
import { retireStatus } from '../../pipeline/commands/retire/status.ts';
import { host, hour, startRetirement, type Retirement } from '../support/retirement.ts';

const elsewhere = { kind: 'elsewhere', tag: undefined, address: '198.51.100.9' };

/** DNS of others: what the resolvers say is in the test's hand. */
function foreignDns({ story, ctx, machine }: Retirement) {
  const dns = { address: machine.address };
  const { state } = story.sandbox.engine;
  const fresh = () => Object.values(state.elb.loadBalancers)[0]?.address ?? '';
  const own = {
    ...ctx,
    dns: async ({ name }: { name: string }) => (name === host ? [{ value: dns.address, ttlSeconds: 300 }] : []),
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
