import { Resolver } from 'node:dns/promises';
import type { Dns } from '../core/context.ts';

/** No such name, or no such record of it. https://nodejs.org/api/dns.html#error-codes */
const nothing = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks one resolver, past every cache of this machine. */
export const dns: Dns = async ({ name, type, resolver }) => {
  const asking = new Resolver({ timeout: 3000, tries: 2 });
  asking.setServers([resolver]);
  try {
    if (type === 'CNAME') return (await asking.resolveCname(name)).map((value) => ({ value, ttlSeconds: undefined }));
    const found = await (type === 'A' ? asking.resolve4(name, { ttl: true }) : asking.resolve6(name, { ttl: true }));
    return found.map(({ address, ttl }) => ({ value: address, ttlSeconds: ttl }));
  } catch (error) {
    if (nothing.has((error as { code?: string }).code ?? '')) return [];
    throw error;
  }
};
