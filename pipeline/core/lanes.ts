import type { Context } from './context.ts';

/**
 * Runs work that depends on nothing of each other side by side. The first failure stops the others (their signal aborts) and is
 * thrown once all of them have come to rest, so that nothing goes on behind an error message.
 */
export async function together<T extends readonly unknown[]>(
  ctx: Context,
  body: (ctx: Context) => { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const failure = new AbortController();
  let first: { error: unknown } | undefined;
  const signal = AbortSignal.any([ctx.signal, failure.signal]);
  const lanes = (body({ ...ctx, signal }) as readonly Promise<unknown>[]).map((lane) =>
    lane.catch((error: unknown) => {
      first ??= { error };
      failure.abort(new Error('stopped: another step failed', { cause: error }));
    }),
  );
  const values = await Promise.all(lanes);
  if (first) throw first.error;
  return values as unknown as T;
}
