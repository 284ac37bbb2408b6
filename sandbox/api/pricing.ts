import type * as client from '@aws-sdk/client-pricing';
import { priceList, type Product } from '../engine/pricing/price-list.ts';
import { AwsError } from './error.ts';
import { page } from './page.ts';
import type { HandlerFor, Operations, Service } from './service.ts';

const entryOf = (product: Product, regionCode: string): string =>
  JSON.stringify({
    product: {
      sku: product.sku,
      productFamily: product.family,
      attributes: { ...product.attributes, servicecode: product.service, regionCode },
    },
    serviceCode: product.service,
    terms: {
      OnDemand: {
        [`${product.sku}.JRTCKXETXF`]: {
          sku: product.sku,
          offerTermCode: 'JRTCKXETXF',
          priceDimensions: {
            [`${product.sku}.JRTCKXETXF.6YS6EN2CT7`]: {
              unit: product.unit,
              beginRange: '0',
              endRange: 'Inf',
              pricePerUnit: { USD: product.usd.toFixed(10) },
            },
          },
        },
      },
    },
    version: '20250601000000',
  });

const getProducts: HandlerFor<typeof client, 'GetProducts'> = (input, { engine }) => {
  const { ServiceCode, Filters = [], FormatVersion, MaxResults, NextToken } = input;
  if (FormatVersion !== undefined && FormatVersion !== 'aws_v1')
    throw new AwsError('InvalidParameterException', `Format version ${FormatVersion} is not supported.`);
  const { region } = engine.state;
  const matches = (product: Product) =>
    Filters.every(({ Field = '', Value }) => {
      const attributes = { ...product.attributes, productFamily: product.family, regionCode: region };
      return (attributes as Record<string, string>)[Field] === Value;
    });
  const found = priceList.filter((product) => product.service === ServiceCode && matches(product));
  const { items, next } = page(found, {
    keyOf: ({ sku }) => sku,
    limit: MaxResults ?? 100,
    token: NextToken,
    invalidTokenCode: 'InvalidNextTokenException',
  });
  return { FormatVersion: 'aws_v1', PriceList: items.map((product) => entryOf(product, region)), NextToken: next };
};

const operations: Operations<typeof client> = { GetProducts: getProducts };

/** Price List: what a deploy is made of, at prices of the sandbox's own. */
export const pricing: Service = {
  signingName: 'pricing',
  protocol: 'json',
  load: () => import('@aws-sdk/client-pricing'),
  operations,
};
