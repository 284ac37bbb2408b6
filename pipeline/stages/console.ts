import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { Context } from '../core/context.ts';
import { isAwsError } from '../core/errors.ts';

/**
 * The last lines of a machine's console, oldest first; empty when there are none (yet). With `upTo`, those that end in the last
 * line with these words, if there is one: a machine that powers off says much after what matters.
 */
export async function consoleLines(ctx: Context, instanceId: string, most: number, upTo?: string): Promise<string[]> {
  try {
    const { Output = '' } = await ctx.aws.ec2.send(
      new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: true }),
    );
    const text = Buffer.from(Output, 'base64').toString('utf8');
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    const end = upTo === undefined ? -1 : lines.findLastIndex((line) => line.includes(upTo));
    return lines.slice(0, end === -1 ? lines.length : end + 1).slice(-most);
  } catch (error) {
    // Latest is for Nitro machines alone, and a machine may be gone: the reason without lines is still a reason.
    if (isAwsError(error, 'InvalidInstanceID.NotFound', 'UnsupportedOperation')) return [];
    throw error;
  }
}
