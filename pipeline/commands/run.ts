import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import { hasCode } from '../core/health.ts';
import { documentOf } from '../core/payload.ts';
import { step, throwIfInterrupted } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { until } from '../core/wait.ts';
import { checkSource, ensureBundle } from '../stages/bundle.ts';
import type { ImageOptions } from '../stages/image/confidential.ts';
import { ensureLocalImage, requireDocker } from '../stages/image.ts';
import { startLocalApp, type LocalApp } from '../stages/local-app.ts';
import { readPayload } from '../stages/payload.ts';

export interface RunOptions extends ImageOptions {
  /** A bundle made elsewhere: directory or tar.gz. Unset: `meteor build`. */
  bundle?: string;
  /** Port on this machine; unset: that of the app on its instances. */
  port?: number;
  /** What the app prints. */
  onLine: (line: string) => void;
  /** Aborted by the second Ctrl-C: the app is not waited for any longer. */
  impatience: AbortSignal;
}

export interface RunResult {
  url: string;
  image: string;
  /** Of the app, after Ctrl-C. */
  exitCode: number;
  seconds: number;
}

/** Runs the app on this machine as an instance would, until Ctrl-C. Nothing of AWS is asked, unless `secrets` refers to it. */
export async function run(ctx: Context, target: Target, options: RunOptions): Promise<RunResult> {
  const port = options.port ?? target.instance.port;
  const url = `http://localhost:${port}`;
  await Promise.all([checkSource(ctx, target, options), requireDocker(ctx)]);
  const document = documentOf(await readPayload(ctx, target), url);
  const bundle = await step(ctx, 'bundle', (inner) => ensureBundle(inner, target, options));
  const image = await step(ctx, 'image', async (inner) => {
    const tag = await ensureLocalImage(inner, target, bundle, options);
    return { value: tag, detail: tag };
  });
  throwIfInterrupted(ctx.signal);
  const startedAt = ctx.clock.now();
  await using app = await startLocalApp(ctx, target, { image, document, port, onLine: options.onLine });
  const exitCode = await accompany(ctx, app, { target, port, impatience: options.impatience });
  return { url, image, exitCode, seconds: Math.round((ctx.clock.now() - startedAt) / 1000) };
}

interface Way {
  target: Target;
  port: number;
  impatience: AbortSignal;
}

/** Says when the app answers, and stops it when asked to. Throws `release` when it ends by itself. */
async function accompany(ctx: Context, app: LocalApp, way: Way): Promise<number> {
  const over = new AbortController();
  const ended = app.exit.finally(() => over.abort());
  const asked = aborted(ctx.signal);
  await Promise.race([announce({ ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) }, way), asked]);
  const own = await Promise.race([ended, asked]);
  if (own !== undefined) {
    throw new DeployError('release', `the app ended by itself, with exit code ${own}`, {
      hint: 'what it said is above; an instance would start it again and again, and the release would be taken back',
    });
  }
  const impatient = aborted(way.impatience).then(() => app.kill());
  await Promise.race([app.stop(), impatient]);
  return await ended;
}

async function announce(ctx: Context, { target, port }: Way): Promise<void> {
  const { path, codes } = target.health;
  const forMs = target.health.startSeconds * 1000;
  const address = `http://localhost:${port}`;
  try {
    await until(ctx, `the app at ${address}`, { everyMs: 250, forMs }, async () => {
      const answer = await ctx.http({ url: `http://127.0.0.1:${port}${path}`, timeoutMs: 2000 }).catch(messageOf);
      if (typeof answer === 'string') return { pending: answer };
      return hasCode(codes, answer.status) ? { done: true } : { pending: `${path} answers with ${answer.status}` };
    });
    ctx.report({ kind: 'note', message: `healthy at ${address} (Ctrl-C stops it)` });
  } catch (error) {
    if (!(error instanceof DeployError) || error.code === 'interrupted') return;
    ctx.report({ kind: 'warning', message: `${error.message}; a release would be taken back now` });
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
