import type { Context } from '../../core/context.ts';
import { askableName, isAddress } from '../../core/dns.ts';
import { messageOf } from '../../core/errors.ts';
import { fewText } from '../../core/retire/records.ts';
import { until } from '../../core/wait.ts';

/** A name, and whether it shall lead to the new balancer or back to the old machine. */
export interface Wanted {
  host: string;
  /** DNS name or address where it must lead. */
  to: string;
  /** It must have no address of IPv6: the new balancer has none. */
  isIpv4Only?: boolean;
}

/** Waits until every resolver leads every name there. Each is asked itself, past the caches between. */
export async function watchResolvers(
  ctx: Context,
  resolvers: readonly string[],
  wanted: readonly Wanted[],
  forMs: number,
): Promise<void> {
  await until(ctx, 'the resolvers', { everyMs: 10_000, forMs }, async () => {
    const late: string[] = [];
    for (const resolver of resolvers) for (const one of wanted) late.push(...(await objection(ctx, resolver, one)));
    return late.length === 0 ? { done: undefined } : { pending: fewText(late, '; ') };
  });
}

async function objection(ctx: Context, resolver: string, { host, to, isIpv4Only }: Wanted): Promise<string[]> {
  try {
    const [now, there] = await Promise.all([addresses(ctx, resolver, host), addresses(ctx, resolver, to)]);
    if (now.length === 0) return [`${resolver} knows no ${host}`];
    const ipv6 = isIpv4Only ? await ipv6Addresses(ctx, resolver, host) : [];
    const others = [...now.filter((address) => !there.includes(address)), ...ipv6];
    return others.length === 0 ? [] : [`${resolver} still says ${others.join(', ')} for ${host}`];
  } catch (error) {
    return [`${resolver} does not answer (${messageOf(error)})`];
  }
}

/** An address is its own answer. */
async function addresses(ctx: Context, resolver: string, name: string): Promise<string[]> {
  if (isAddress(name)) return [name];
  return (await ctx.dns({ name: askableName(name), type: 'A', resolver })).map(({ value }) => value);
}

/** Who comes by IPv6 goes on coming to the old machine while these are there. */
export const ipv6Addresses = async (ctx: Context, resolver: string, host: string): Promise<string[]> =>
  (await ctx.dns({ name: askableName(host), type: 'AAAA', resolver })).map(({ value }) => value);

/** Which of the names lead to one of these addresses, as some resolver says. */
export async function leadingTo(
  ctx: Context,
  resolvers: readonly string[],
  hosts: readonly string[],
  old: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const resolver of resolvers) {
    for (const host of hosts) {
      const now = await addresses(ctx, resolver, host).catch(() => []);
      if (now.some((address) => old.includes(address))) found.push(`${host} (says ${resolver})`);
    }
  }
  return found;
}
