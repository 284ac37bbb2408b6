import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { ReleaseName } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';
import { consoleLines } from '../console.ts';

/** What systemd says at each restart would push the app's own words out; how the app ended (status=137: out of memory) stays. */
const systemd =
  /^(redeploy-app\.service: (Failed with|Scheduled restart|Consumed)|(Starting|Started|Stopping|Stopped) redeploy-app\.service)/;

/** The last lines that the app of this release wrote on any machine; the machine's console when it wrote none. */
export async function lastAppLines(
  ctx: Context,
  target: Target,
  of: { release: ReleaseName; machine: string | undefined },
  most = 20,
): Promise<string[]> {
  const lines: string[] = [];
  const request = { logGroupName: namesOf(target).logGroup, logStreamNamePrefix: `${of.release}/` };
  try {
    for await (const page of paginateFilterLogEvents({ client: ctx.aws.logs }, request)) {
      lines.push(...(page.events ?? []).map(({ message = '' }) => message).filter((line) => !systemd.test(line)));
      lines.splice(0, lines.length - most);
    }
  } catch (error) {
    if (!isAwsError(error, 'ResourceNotFoundException')) throw error;
  }
  if (lines.length > 0 || of.machine === undefined) return lines;
  return consoleLines(ctx, of.machine, most);
}
