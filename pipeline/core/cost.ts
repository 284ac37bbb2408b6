import type { Prices } from './prices.ts';

/** One thing that costs money, in US dollars. */
export interface CostLine {
  what: string;
  /** Undefined: nobody knows, and nobody guesses. */
  usd: number | undefined;
}

/** What an environment costs a month, and what one roll costs on top. Approximate. */
export interface Cost {
  /** When the prices were looked up. */
  pricesOf: string;
  month: CostLine[];
  /** Sum of what is known. */
  monthUsd: number;
  roll: CostLine[];
  rollUsd: number;
  /** Lines whose price is not known. */
  unknown: string[];
  /** What depends on use, and is in no sum. */
  byUse: string[];
}

/** What there is to pay for. */
export interface Bill {
  instanceType: string;
  /** What machines are when there is no room for that. */
  fallbackTypes: readonly string[];
  machines: number;
  rootVolumeGiB: number;
  /** Of the balancer, which has a public address in each. */
  zones: number;
  /** Whether machines have public addresses: in private subnets they have none. */
  hasPublicMachines: boolean;
  /** A deploy's own machines: extra ones while it rolls, and the builder. */
  extraMachines: number;
  rollMinutes: number;
  /** Machines of the release before that stay for a while. */
  reserve: { machines: number; minutes: number };
  builder: { type: string; minutes: number } | undefined;
}

/** AWS's own month: 730 hours (https://calculator.aws). */
const hoursPerMonth = 730;

/** Adds up. Public addresses: one for each zone of the balancer, and one for each machine that has one. */
export function costOf(bill: Bill, prices: Prices): Cost {
  const { instanceType: type, machines, rootVolumeGiB, zones, builder } = bill;
  const instance = prices.instanceHour[type];
  const addresses = zones + (bill.hasPublicMachines ? machines : 0);
  const month = [
    line(`${machines} x ${type}${rangeText(bill, prices)}`, machines * hoursPerMonth, instance),
    line(`${machines} x ${rootVolumeGiB} GiB gp3`, machines * rootVolumeGiB, prices.volumeGiBMonth),
    line(`${addresses} public IPv4 addresses`, addresses * hoursPerMonth, prices.addressHour),
    line('load balancer', hoursPerMonth, prices.balancerHour),
    line('1 capacity unit of it', hoursPerMonth, prices.capacityUnitHour),
    line('1 secret', 1, prices.secretMonth),
  ];
  const { reserve } = bill;
  const roll = [
    line(
      `${bill.extraMachines} x ${type} for ${bill.rollMinutes} minutes`,
      (bill.extraMachines * bill.rollMinutes) / 60,
      instance,
    ),
    ...(reserve.machines > 0
      ? [
          line(
            `${reserve.machines} x ${type} in reserve for ${reserve.minutes} minutes`,
            (reserve.machines * reserve.minutes) / 60,
            instance,
          ),
        ]
      : []),
    ...(builder
      ? [
          line(
            `builder ${builder.type} for ${builder.minutes} minutes`,
            builder.minutes / 60,
            prices.instanceHour[builder.type],
          ),
        ]
      : []),
  ].filter(({ usd }) => usd !== 0);
  const unknown = [...month, ...roll].filter(({ usd }) => usd === undefined).map(({ what }) => what);
  const byUse = [
    rate('CloudWatch logs', prices.logsGB, 'per GB'),
    rate('AMI snapshots', prices.snapshotGiBMonth, 'per GiB and month'),
    'traffic to the internet',
  ];
  return { pricesOf: prices.date, month, monthUsd: sum(month), roll, rollUsd: sum(roll), unknown, byUse };
}

/** ` (up to 60.74 as t3.medium)`: what the month's machines cost where there is no room for the first type. */
function rangeText({ machines, instanceType, fallbackTypes }: Bill, { instanceHour }: Prices): string {
  if (fallbackTypes.length === 0) return '';
  const hourly = [instanceType, ...fallbackTypes].map((type) => instanceHour[type]);
  const known = hourly.filter((one) => one !== undefined).map((one) => (one * machines * hoursPerMonth).toFixed(2));
  const [least, most] = known
    .toSorted((a, b) => Number(a) - Number(b))
    .filter((_, at, all) => at === 0 || at === all.length - 1);
  const unknown = known.length < hourly.length ? ', of some nobody knows' : '';
  return ` (or ${fallbackTypes.join(', ')}: ${least ?? 'unknown'}${most === undefined ? '' : ` to ${most}`}${unknown})`;
}

const line = (what: string, count: number, price: number | undefined): CostLine => ({
  what,
  usd: price === undefined ? undefined : Math.round(count * price * 10_000) / 10_000,
});

const sum = (lines: CostLine[]): number => Math.round(lines.reduce((all, { usd = 0 }) => all + usd, 0) * 100) / 100;

const rate = (what: string, price: number | undefined, unit: string): string =>
  price === undefined ? what : `${what} (${price} USD ${unit})`;
