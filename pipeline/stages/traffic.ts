import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import type { ReleaseName } from '../core/release.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { until } from '../core/wait.ts';

/** So many answers in a row must come from the release: each on a connection of its own, so round robin visits every machine. */
const answersInARow = 6;

/**
 * Asks through the balancer, as people do, until the release answers with its own number again and again.
 * `host` is the public name when there is a certificate. Throws `traffic`.
 */
export async function verifyRelease(
  ctx: Context,
  target: Target,
  ask: { url: string; release: ReleaseName; host: string | undefined },
): Promise<Outcome<string>> {
  const { url } = ask;
  const headers = ask.host ? { host: ask.host } : {};
  let inARow = 0;
  await until(ctx, `${ask.release} at ${url}`, { everyMs: 500, forMs: 180_000 }, async () => {
    const answer = await answering(ctx, `${url}${target.health.path}`, headers);
    inARow = answer === ask.release ? inARow + 1 : 0;
    if (inARow >= answersInARow) return { done: true };
    return { pending: inARow > 0 ? `${inARow} answers` : `${answer} answers` };
  }).catch((error: unknown) => {
    if (!(error instanceof DeployError) || error.code !== 'timeout') throw error;
    throw new DeployError('traffic', error.message, {
      hint: 'the machines are healthy, the public address does not show it: is the balancer reachable from here?',
      cause: error,
    });
  });
  return { value: url, detail: url };
}

/** The release that answers, or what came instead of one. */
async function answering(ctx: Context, url: string, headers: Record<string, string>): Promise<string> {
  try {
    const { status, body } = await ctx.http({ url, headers, timeoutMs: 5000 });
    if (status !== 200) return `status ${status}`;
    return (JSON.parse(body) as { release?: string }).release ?? 'something without a release';
  } catch (error) {
    return `nothing (${messageOf(error)})`;
  }
}
