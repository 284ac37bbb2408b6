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
 * Throws `registry` after four broken pushes, `credentials` when ECR does not let it in.
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
      if (isRefusal(error)) throw refusedPush(repository, error);
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

/**
 * Docker hands the registry's answer on as text alone: AWS's sentence, or, of a request whose answer has no body, the status.
 * Tokens are fresh for each push: an old one is asked for again.
 */
const isRefusal = (error: unknown): boolean =>
  /not authorized to perform: ecr:|\b403 Forbidden\b/.test(messageOf(error)) &&
  !/token has expired/.test(messageOf(error));

function refusedPush(repository: string, error: unknown): DeployError {
  const [, action, resource] = /to perform: (ecr:\w+) on resource: (\S+)/.exec(messageOf(error)) ?? [];
  const message =
    action === undefined ? `ECR refused the push to ${repository}` : `AWS does not allow ${action} on ${resource}`;
  return new DeployError('credentials', message, {
    hint: 'ask whoever keeps the account to allow it: `redeploy iam deployer` prints what redeploy needs, docs/permissions.md how to give it',
    lines: [messageOf(error), `a push takes ${pushActions.join(', ')}`],
    cause: error,
  });
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const pushActions = [
  'BatchCheckLayerAvailability',
  'BatchGetImage',
  'CompleteLayerUpload',
  'InitiateLayerUpload',
  'PutImage',
  'UploadLayerPart',
].map((name) => `ecr:${name}`);

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
