import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../core/context.ts';
import { askableName } from '../../core/dns.ts';
import { leftText } from '../../core/duration.ts';
import { DeployError } from '../../core/errors.ts';
import { addTo, emptyTally, whyWorse, type Tally } from '../../core/retire/judge-shift.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { baseOf, type Sides } from './compare.ts';

const everyMs = 2000;
/** CloudWatch has the minute that just ended about a minute later. */
const metricsEveryMs = 60_000;

/**
 * Watches old and new side by side while the name leads a share of the visitors to the new one: probes of ours, and what the
 * new balancer counted itself. Throws `traffic` as soon as the new side is worse than the margins allow.
 */
export async function watchShare(
  ctx: Context,
  target: Target,
  on: { sides: Sides; balancerArn: string; percent: number },
): Promise<string> {
  const { retire } = target;
  const began = ctx.clock.now();
  const endsAt = began + retire.shiftPauseSeconds * 1000;
  let [old, fresh] = [emptyTally, emptyTally];
  let counted = emptyTally;
  let countedAt = began;
  const judge = () => {
    const why = whyWorse(old, fresh, retire) ?? whyWorse(old, counted, retire);
    if (why !== undefined) throw new DeployError('traffic', `at ${on.percent} % of the visitors: ${why}`);
  };
  const forMs = retire.shiftPauseSeconds * 1000 + 120_000;
  await until(ctx, `${on.percent} % on the new balancer`, { everyMs, forMs }, async () => {
    const [a, b] = await Promise.all([probe(ctx, target, on.sides, 'old'), probe(ctx, target, on.sides, 'new')]);
    [old, fresh] = [addTo(old, a), addTo(fresh, b)];
    const isOver = ctx.clock.now() >= endsAt;
    if (isOver || ctx.clock.now() - countedAt >= metricsEveryMs) {
      counted = await balancerTally(ctx, on.balancerArn, began);
      countedAt = ctx.clock.now();
    }
    judge();
    if (isOver) return { done: undefined };
    const left = leftText(endsAt - ctx.clock.now());
    return { pending: `${fresh.failures} of ${fresh.requests} probes failed; ${left} to go` };
  });
  return `${fresh.requests} probes, ${fresh.failures} failed; the balancer counted ${counted.requests} requests, ${counted.failures} failed`;
}

/** Milliseconds that one request took; undefined when it failed. */
async function probe(ctx: Context, target: Target, sides: Sides, side: keyof Sides): Promise<number | undefined> {
  const { hostnames, paths } = target.retire;
  const scheme = target.balancer.certificate === undefined ? 'http' : 'https';
  const [host, path = '/'] = [askableName(hostnames[0] ?? ''), paths[0]];
  const began = ctx.clock.now();
  try {
    const url = `${baseOf(target, sides, side, scheme)}${path}`;
    const headers = { host, 'user-agent': 'redeploy-retire' };
    const { status } = await ctx.http({ url, headers, timeoutMs: 10_000 });
    return status < 500 ? ctx.clock.now() - began : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the load balancer itself counted since then. Its latencies hold the slow answers of real people, which the probes of
 * the old side do not: only failures are compared.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
async function balancerTally(ctx: Context, arn: string, since: number): Promise<Tally> {
  const metric = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName,
        Dimensions: [{ Name: 'LoadBalancer', Value: arn.replace(/^.*:loadbalancer\//, '') }],
      },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const { MetricDataResults = [] } = await ctx.aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Math.floor(since / 60_000) * 60_000),
      EndTime: new Date(ctx.clock.now()),
      MetricDataQueries: [
        metric('requests', 'RequestCount'),
        metric('targets', 'HTTPCode_Target_5XX_Count'),
        metric('balancer', 'HTTPCode_ELB_5XX_Count'),
      ],
    }),
  );
  const sum = (id: string): number =>
    MetricDataResults.filter(({ Id }) => Id === id)
      .flatMap(({ Values = [] }) => Values)
      .reduce((all, one) => all + one, 0);
  // Requests that reached no target count as ELB errors alone: AWS does not have them in RequestCount.
  return { requests: sum('requests') + sum('balancer'), failures: sum('targets') + sum('balancer'), ms: [] };
}
