import { z } from 'zod';

/** Prices of one region in US dollars, on demand, Linux, without taxes and discounts. What is not known is not there. */
export interface Prices {
  /** When they were looked up: `2025-06`, or a day. */
  date: string;
  /** By instance type. */
  instanceHour: Record<string, number>;
  balancerHour?: number | undefined;
  capacityUnitHour?: number | undefined;
  volumeGiBMonth?: number | undefined;
  addressHour?: number | undefined;
  secretMonth?: number | undefined;
  snapshotGiBMonth?: number | undefined;
  logsGB?: number | undefined;
}

const price = z.number().positive().optional();

const region = z.strictObject({
  balancerHour: price,
  capacityUnitHour: price,
  volumeGiBMonth: price,
  addressHour: price,
  secretMonth: price,
  snapshotGiBMonth: price,
  logsGB: price,
  instanceHour: z.record(z.string(), z.number().positive()),
});

const file = z.object({
  date: z.string(),
  regions: z.record(z.string(), z.union([region, z.strictObject({ like: z.string() })])),
});

/** Prices of `name` in the file that comes with the package (templates/prices.json); none for a region that it lacks. */
export function pricesIn(text: string, name: string): Prices {
  const { date, regions } = file.parse(JSON.parse(text));
  const own = regions[name];
  const found = own && 'like' in own ? regions[own.like] : own;
  return found && !('like' in found) ? { date, ...found } : { date, instanceHour: {} };
}

/** Prices as `--prices` keeps them, for one region. */
export const refreshedPrices = region.extend({ date: z.string() });
