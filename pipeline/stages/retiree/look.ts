import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { showTable } from '../../core/retire/haproxy.ts';
import {
  lookInBytes,
  lookInCsv,
  lookInLines,
  lookInLog,
  lookInStubStatus,
  lookInTable,
} from '../../core/retire/look.ts';
import type { Look } from '../../core/retire/residue.ts';
import { lookAtHaproxy, lookAtLog } from '../../core/retire/scripts.ts';
import { trafficOf } from '../../core/retire/software.ts';
import type { Target } from '../../core/target.ts';
import { runOnOld } from './reach.ts';

const periodSeconds = 300;
/** CloudWatch keeps five-minute data for 63 days; this is enough for what a watch may have missed. */
const backMs = 24 * 3_600_000;

/** Looks at the old machine's traffic, the way that `retire.traffic` names. Throws `retire`, `settings`. */
export async function lookAtTraffic(ctx: Context, target: Target, machine: string): Promise<Look> {
  const traffic = trafficOf(target.retire);
  const run = (script: string) => runOnOld(ctx, target, { machine, script });
  const now = () => ctx.clock.now();
  switch (traffic.via) {
    case 'haproxy-socket':
      return lookInTable(await run(lookAtHaproxy(traffic.socket, showTable)), now());
    case 'access-log':
      return lookInLog(await run(lookAtLog(traffic.file)), now());
    case 'haproxy-url':
      return lookInCsv(await read(ctx, traffic.url), now());
    case 'nginx-status':
      return lookInStubStatus(await read(ctx, traffic.url), now());
    case 'command':
      return lookInLines(await ownCommand(ctx, target, traffic.command), now());
    case 'cloudwatch':
    default:
      return lookInBytes(await bytesIn(ctx, machine), now(), traffic.quietBytesPerMinute);
  }
}

async function read(ctx: Context, url: string): Promise<string> {
  const { status, body } = await ctx.http({ url, timeoutMs: 10_000 }).catch((error: unknown) => {
    throw new DeployError('retire', `retire.traffic: ${messageOf(error)}`, { cause: error });
  });
  if (status === 200) return body;
  throw new DeployError('retire', `retire.traffic: ${url} answers with status ${status}`);
}

async function ownCommand(ctx: Context, target: Target, [file = '', ...args]: string[]): Promise<string> {
  const { exitCode, stdout, isMissing } = await ctx.sh(file, args, { cwd: target.directory, signal: ctx.signal });
  if (exitCode === 0) return stdout;
  const how = isMissing ? 'is not there' : `ended with ${exitCode}`;
  throw new DeployError('retire', `retire.traffic: "${file}" ${how}`, { lines: stdout.split('\n').slice(-5) });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html */
async function bytesIn(ctx: Context, machine: string) {
  const now = ctx.clock.now();
  const { MetricDataResults = [] } = await ctx.aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - backMs),
      EndTime: new Date(now),
      MetricDataQueries: [
        {
          Id: 'bytes',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/EC2',
              MetricName: 'NetworkIn',
              Dimensions: [{ Name: 'InstanceId', Value: machine }],
            },
            Period: periodSeconds,
            Stat: 'Sum',
          },
        },
      ],
    }),
  );
  return MetricDataResults.flatMap(({ Timestamps = [], Values = [] }) =>
    Timestamps.map((moment, at) => ({
      endsAt: moment.getTime() + periodSeconds * 1000,
      bytesPerMinute: (Values[at] ?? 0) / (periodSeconds / 60),
    })),
  );
}
