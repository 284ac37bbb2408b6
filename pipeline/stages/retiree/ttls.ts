import type { Context } from '../../core/context.ts';
import { askableName } from '../../core/dns.ts';
import type { Target } from '../../core/target.ts';
import { findNames, findZones } from '../zones.ts';

/** How long resolvers keep a name. */
export interface Ttl {
  host: string;
  seconds: number | undefined;
  /** Who said so. */
  from: string;
}

/** How long each name is kept: from its zone where that is ours, else what the first resolver has left of it. */
export async function findTtls(ctx: Context, target: Target): Promise<Ttl[]> {
  const names = await findNames(ctx, await findZones(ctx), target.retire.hostnames);
  return await Promise.all(
    names.map(async ({ host, zoneId, records }) => {
      const own = records.find(({ TTL }) => TTL !== undefined)?.TTL;
      if (zoneId !== undefined) return { host, seconds: own, from: 'Route 53' };
      const resolver = target.retire.resolvers[0] ?? '1.1.1.1';
      const [answer] = await ctx.dns({ name: askableName(host), type: 'A', resolver }).catch(() => []);
      return { host, seconds: answer?.ttlSeconds, from: resolver };
    }),
  );
}
