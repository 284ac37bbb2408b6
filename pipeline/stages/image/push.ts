import type { Image, ImageKey } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { throwIfInterrupted, type Outcome } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { findImage, registryLogin } from '../registry.ts';
import { jsonLines } from './json-lines.ts';
import { readPushLog, type PushMessage } from './push-log.ts';

export interface PushRequest {
  /** Local tag. */
  tag: string;
  /** Address of the repository. */
  repository: string;
  key: ImageKey;
}

/** A broken push goes on where it stopped: layers that arrived are not sent again. */
const attempts = 4;
const limits = { everyMs: 2000, forMs: 1_800_000 };

/**
 * Pushes under the tag `key` and looks in ECR that it arrived, with the digest that Docker sent.
 * Throws `registry` after four broken pushes.
 */
export async function pushImage(ctx: Context, target: Target, request: PushRequest): Promise<Outcome<Image>> {
  const { tag, repository, key } = request;
  await ctx.docker.getImage(tag).tag({ repo: repository, tag: key });
  let sent: Awaited<ReturnType<typeof push>> | undefined;
  let failures = 0;
  return await until<Outcome<Image>>(ctx, 'the image in ECR', limits, async () => {
    try {
      sent ??= await push(ctx, request);
    } catch (error) {
      throwIfInterrupted(ctx.signal);
      // The last answer may have been lost on its way, or another run was faster: tags are immutable.
      const there = await findImage(ctx, target, key);
      if (there) return { done: { value: there } };
      if (++failures >= attempts) throw brokenPush(repository, error);
      return { pending: `push broke off: ${messageOf(error)}` };
    }
    const image = await findImage(ctx, target, key);
    if (!image) return { pending: 'ECR does not list it yet' };
    if (sent.digest !== undefined && sent.digest !== image.digest) {
      throw new DeployError('registry', `ECR has ${image.digest} under ${key}, docker sent ${sent.digest}`);
    }
    return { done: { value: image, detail: sent.detail } };
  });
}

const brokenPush = (repository: string, error: unknown): DeployError =>
  new DeployError('registry', `push to ${repository} broke off ${attempts} times: ${messageOf(error)}`, {
    hint: 'run the same command again: layers that arrived are not sent again',
    cause: error,
  });

async function push(ctx: Context, { repository, key }: PushRequest) {
  const authconfig = await registryLogin(ctx);
  const log = readPushLog(
    (reason, elapsedMs) => ctx.report({ kind: 'waiting', what: 'push', reason, elapsedMs }),
    ctx.clock,
  );
  const options = { tag: key, authconfig, abortSignal: ctx.signal };
  const stream = await ctx.docker.getImage(`${repository}:${key}`).push(options);
  for await (const message of jsonLines<PushMessage>(stream as AsyncIterable<Uint8Array>)) log.take(message);
  return log.result();
}
