import { dockerPlatform, type Architecture } from '../../core/architecture.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { throwIfInterrupted } from '../../core/report.ts';
import { dockerArchitecture, inspectImage } from './local.ts';
import { jsonLines } from './json-lines.ts';

interface PullMessage {
  status?: string;
  error?: string;
}

/**
 * Makes sure that a base image is in Docker: taken as it is when it is there for this architecture, else pulled.
 * Throws `image` when neither works.
 */
export async function ensureBase(ctx: Context, name: string, architecture: Architecture): Promise<void> {
  const wanted = dockerArchitecture[architecture];
  const before = await inspectImage(ctx, name);
  if (before?.Architecture === wanted) return;
  ctx.report({ kind: 'output', line: `pulling ${name}` });
  try {
    await pull(ctx, name, dockerPlatform[architecture]);
  } catch (error) {
    throwIfInterrupted(ctx.signal);
    const there = before ? ` (the one in Docker is for ${before.Architecture}, wanted is ${wanted})` : '';
    throw new DeployError('image', `cannot get base image ${name}${there}: ${messageOf(error)}`, {
      hint: `try: docker pull --platform ${dockerPlatform[architecture]} ${name}; if no registry has it, set image.base and image.buildBase in redeploy.json`,
      cause: error,
    });
  }
}

async function pull(ctx: Context, name: string, platform: string): Promise<void> {
  const stream = await ctx.docker.pull(name, { platform, abortSignal: ctx.signal });
  for await (const message of jsonLines<PullMessage>(stream as AsyncIterable<Uint8Array>)) {
    if (message.error) throw new Error(message.error);
    if (message.status?.startsWith('Status:')) ctx.report({ kind: 'output', line: message.status });
  }
}
