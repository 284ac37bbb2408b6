import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GetProductsCommand } from '@aws-sdk/client-pricing';
import type { Context } from '../core/context.ts';
import { pricesIn, refreshedPrices, type Prices } from '../core/prices.ts';
import { priceIn } from '../core/prices/price-list.ts';
import type { Target } from '../core/target.ts';

/** Prices of the region: those that `refreshPrices` fetched on this computer, else those that come with the package. */
export async function readPrices(ctx: Context, { region }: Target): Promise<Prices> {
  const shipped = pricesIn(await readFile(path.join(ctx.templates, 'prices.json'), 'utf8'), region);
  const own = await readRefreshed(ctx, region);
  // What was not asked for then (another instance type) has its price in the package still.
  return own ? { ...shipped, ...own, instanceHour: { ...shipped.instanceHour, ...own.instanceHour } } : shipped;
}

async function readRefreshed(ctx: Context, region: string): Promise<Prices | undefined> {
  const file = pricesFile(ctx, region);
  if (!existsSync(file)) return undefined;
  // A file of another version of ours is as good as none.
  return refreshedPrices.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
}

const pricesFile = (ctx: Context, region: string): string => path.join(ctx.cache, 'prices', `${region}.json`);

interface Question {
  service: string;
  filters: Record<string, string>;
  /** What the product's usage type ends with: the region's prefix (`EUC1-`) is in front, except in us-east-1. */
  usage: RegExp;
}

/** https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html */
const questions: Record<Exclude<keyof Prices, 'date' | 'instanceHour'>, Question> = {
  balancerHour: balancer(/LoadBalancerUsage$/),
  capacityUnitHour: balancer(/LCUUsage$/),
  volumeGiBMonth: {
    service: 'AmazonEC2',
    filters: { volumeApiName: 'gp3', productFamily: 'Storage' },
    usage: /EBS:VolumeUsage\.gp3$/,
  },
  snapshotGiBMonth: {
    service: 'AmazonEC2',
    filters: { productFamily: 'Storage Snapshot' },
    usage: /EBS:SnapshotUsage$/,
  },
  addressHour: { service: 'AmazonVPC', filters: { group: 'VPCPublicIPv4Address' }, usage: /PublicIPv4:InUseAddress$/ },
  secretMonth: { service: 'AWSSecretsManager', filters: {}, usage: /AWSSecretsManager-Secrets$/ },
  logsGB: { service: 'AmazonCloudWatch', filters: { productFamily: 'Data Payload' }, usage: /DataProcessing-Bytes$/ },
};

function balancer(usage: RegExp): Question {
  return { service: 'AWSELB', filters: { productFamily: 'Load Balancer-Application' }, usage };
}

const machine = (instanceType: string): Question => ({
  service: 'AmazonEC2',
  filters: { instanceType, operatingSystem: 'Linux', tenancy: 'Shared', preInstalledSw: 'NA', capacitystatus: 'Used' },
  usage: /BoxUsage:/,
});

/** Looks the prices of this environment up in AWS's price list, and keeps them on this computer. */
export async function refreshPrices(ctx: Context, target: Target): Promise<void> {
  const { region, instance, bake } = target;
  const types = [...new Set([instance.type, ...instance.fallbackTypes, bake.instanceType ?? instance.type])];
  const [others, machines] = await Promise.all([
    askAll(ctx, region, Object.entries(questions)),
    askAll(
      ctx,
      region,
      types.map((type) => [type, machine(type)] as const),
    ),
  ]);
  const date = new Date(ctx.clock.now()).toISOString().slice(0, 10);
  const file = pricesFile(ctx, region);
  await mkdir(path.dirname(file), { recursive: true });
  const before = await readRefreshed(ctx, region);
  const kept = { date, ...others, instanceHour: { ...before?.instanceHour, ...machines } };
  await writeFile(file, JSON.stringify(kept, undefined, 2));
}

/** Prices by name; what AWS does not list is left out. */
async function askAll(
  ctx: Context,
  region: string,
  asked: readonly (readonly [name: string, question: Question])[],
): Promise<Record<string, number>> {
  const answers = await Promise.all(asked.map(async ([name, question]) => [name, await ask(ctx, region, question)]));
  return Object.fromEntries(answers.filter(([, price]) => price !== undefined)) as Record<string, number>;
}

async function ask(ctx: Context, regionCode: string, question: Question): Promise<number | undefined> {
  const Filters = Object.entries({ ...question.filters, regionCode }).map(([Field, Value]) => ({
    Type: 'TERM_MATCH' as const,
    Field,
    Value,
  }));
  const request = new GetProductsCommand({ ServiceCode: question.service, Filters, FormatVersion: 'aws_v1' });
  const { PriceList = [] } = await ctx.aws.pricing.send(request);
  return priceIn(PriceList.map(String), question.usage);
}
