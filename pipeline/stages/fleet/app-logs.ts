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

/** Enough that what is left of it without deep stacks is still `most`. */
const readLines = 500;
/** Of a stack, the part that says where it was thrown. */
const keptFrames = 3;

/** The last lines that this machine's app wrote, else its console, else what the app of this release wrote on any machine. */
export async function lastAppLines(
  ctx: Context,
  target: Target,
  of: { release: ReleaseName; machine: string | undefined },
  most = 20,
): Promise<string[]> {
  const streams = `${of.release}/`;
  if (of.machine !== undefined) {
    const own = await lastEvents(ctx, target, streams + of.machine);
    const lines = own.length > 0 ? own : await consoleLines(ctx, of.machine, most);
    if (lines.length > 0) return withoutDeepFrames(lines).slice(-most);
  }
  return withoutDeepFrames(await lastEvents(ctx, target, streams)).slice(-most);
}

async function lastEvents(ctx: Context, target: Target, logStreamNamePrefix: string): Promise<string[]> {
  const lines: string[] = [];
  const request = { logGroupName: namesOf(target).logGroup, logStreamNamePrefix };
  try {
    for await (const page of paginateFilterLogEvents({ client: ctx.aws.logs }, request)) {
      lines.push(...(page.events ?? []).map(({ message = '' }) => message).filter((line) => !systemd.test(line)));
      lines.splice(0, lines.length - readLines);
    }
  } catch (error) {
    if (!isAwsError(error, 'ResourceNotFoundException')) throw error;
  }
  return lines;
}

/**
 * A bundle of Meteor prints 16 frames and more with each error: left whole, they would push the error itself out of the last lines.
 */
function withoutDeepFrames(lines: readonly string[]): string[] {
  let depth = 0;
  return lines.flatMap((line, index) => {
    depth = isFrame(line) ? depth + 1 : 0;
    if (depth <= keptFrames) return [line];
    return isFrame(lines[index + 1]) ? [] : [`    … ${depth - keptFrames} more`];
  });
}

const isFrame = (line = ''): boolean => /^\s+at /.test(line);
