import { dockerPlatform } from '../../core/architecture.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { throwIfInterrupted } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';
import { buildError } from './build-error.ts';
import { readBuildLog, type BuildMessage } from './build-log.ts';
import { packContext, type ContextParts } from './context.ts';
import { jsonLines } from './json-lines.ts';
import { dockerArchitecture, inspectImage } from './local.ts';

export interface BuildRequest {
  parts: ContextParts;
  /** Local tag of the result. */
  tag: string;
  labels: Record<string, string>;
  buildArguments: Record<string, string>;
}

/**
 * Builds with BuildKit from a context that is packed while it is sent. Throws `image` with the failing step's output, or
 * when the result is for another CPU than the machines; `docker` when its disk is full.
 */
export async function buildImage(
  ctx: Context,
  { architecture }: Pick<Target, 'architecture'>,
  { parts, tag, labels, buildArguments }: BuildRequest,
): Promise<void> {
  const log = readBuildLog((line) => ctx.report({ kind: 'output', line }));
  const platform = dockerPlatform[architecture];
  try {
    const options = {
      version: '2' as const,
      t: tag,
      platform,
      labels,
      buildargs: buildArguments,
      abortSignal: ctx.signal,
    };
    const stream = await ctx.docker.buildImage(packContext(parts), options);
    for await (const message of jsonLines<BuildMessage>(stream as AsyncIterable<Uint8Array>)) log.take(message);
  } catch (error) {
    throwIfInterrupted(ctx.signal);
    throw new DeployError('image', `docker broke off the build: ${messageOf(error)}`, { cause: error });
  }
  const failure = log.failure();
  if (failure) throw buildError(failure, platform);
  const built = await inspectImage(ctx, tag);
  if (built?.Architecture !== dockerArchitecture[architecture]) {
    const message = `the image was built for ${built?.Architecture ?? 'nothing'}, the machines are ${architecture}`;
    throw new DeployError('image', message, {
      hint: 'choose image.base for that architecture, or another instance.type',
    });
  }
}
