import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../core/context.ts';
import { pricesIn, type Prices } from '../core/prices.ts';
import type { Target } from '../core/target.ts';

/** Prices of the region, as they come with the package. */
export async function readPrices(ctx: Context, { region }: Target): Promise<Prices> {
  return pricesIn(await readFile(path.join(ctx.templates, 'prices.json'), 'utf8'), region);
}
