import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import { hasCode, runtimeHealthPath } from '../core/health.ts';
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
    const answer = await answering(ctx, `${url}${runtimeHealthPath}`, headers);
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
  await verifyPage(ctx, target, { url, headers });
  return { value: url, detail: url };
}

/** A page of the app, when the settings name one: the runtime may answer well while the app does not. Throws `traffic`. */
async function verifyPage(
  ctx: Context,
  { health }: Target,
  { url, headers }: { url: string; headers: Record<string, string> },
): Promise<void> {
  const { verifyPath, verifyCodes } = health;
  if (verifyPath === undefined) return;
  const { status, body } = await ctx.http({ url: `${url}${verifyPath}`, headers, timeoutMs: 30_000 });
  if (hasCode(verifyCodes, status)) return;
  throw new DeployError(
    'traffic',
    `${verifyPath} answers with status ${status}, health.verifyCodes is ${verifyCodes}`,
    {
      lines: body.split('\n').slice(0, 10),
      hint: 'the release is live: correct it and deploy, or run `redeploy rollback`. As health.path, it keeps such a release from going live',
    },
  );
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
