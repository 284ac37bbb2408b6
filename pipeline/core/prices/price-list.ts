import { z } from 'zod';

/** What of an entry of AWS's price list counts here. */
const entry = z.object({
  product: z.object({ attributes: z.object({ usagetype: z.string() }) }),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.object({
        priceDimensions: z.record(
          z.string(),
          z.object({ beginRange: z.string().optional(), pricePerUnit: z.object({ USD: z.string().optional() }) }),
        ),
      }),
    ),
  }),
});

/** The on-demand price of the product with this usage type; of a tiered price, the first tier. Entries of other shapes are passed over. */
export function priceIn(entries: readonly string[], usage: RegExp): number | undefined {
  for (const text of entries) {
    const read = entry.safeParse(JSON.parse(text));
    if (!read.success || !usage.test(read.data.product.attributes.usagetype)) continue;
    const dimensions = Object.values(read.data.terms.OnDemand).flatMap((term) => Object.values(term.priceDimensions));
    const first = dimensions.find(({ beginRange }) => beginRange === undefined || Number(beginRange) === 0);
    const usd = Number(first?.pricePerUnit.USD);
    if (usd > 0) return usd;
  }
  return undefined;
}
