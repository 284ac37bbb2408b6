import type { Context } from '../core/context.ts';
import { mistakesIn, readWrittenPayload, refuse, type Payload } from '../core/payload.ts';
import { Secret } from '../core/secret.ts';
import type { Target } from '../core/target.ts';
import { placeInSettings } from './payload/place.ts';
import { resolve, type Resolved } from './payload/resolve.ts';

/** References are read so many at a time; each command may start a program of its own. */
const atOnce = 4;

/**
 * What the app gets: the files of the environment, and what redeploy.json refers to, read once, here and now. Throws `settings`
 * with all mistakes, those in files before anything is asked or run; no value ever appears in a message.
 */
export async function readPayload(ctx: Context, target: Target): Promise<Payload> {
  const { written } = await readWrittenPayload(target);
  const names = Object.keys(target.secrets);
  if (names.length === 0) return written;
  const draft = draftOf(written, names);
  // Tried with nothing first, so that nobody is asked for a value that has no place.
  refuse(
    target,
    putAll(draft, names, () => ''),
  );
  const found = await resolveAll(ctx, target, names);
  refuse(
    target,
    found.flatMap(({ mistake }) => mistake ?? []),
  );
  putAll(draft, names, (index) => found[index]?.value?.reveal() ?? '');
  const payload = { settings: draft.settings && new Secret<unknown>(draft.settings), env: new Secret(draft.env) };
  refuse(target, mistakesIn(target, payload));
  return payload;
}

interface Draft {
  settings: Record<string, unknown> | undefined;
  env: Record<string, string>;
}

const isPlace = (name: string): boolean => name.startsWith('/');

function draftOf({ settings, env }: Payload, names: readonly string[]): Draft {
  const copy = structuredClone(settings?.reveal()) as Record<string, unknown> | undefined;
  return { settings: copy ?? (names.some(isPlace) ? {} : undefined), env: { ...env.reveal() } };
}

/** Puts values where their names say; an empty text there only holds the place. Returns what is wrong. */
function putAll({ settings, env }: Draft, names: readonly string[], valueOf: (index: number) => string): string[] {
  return names.flatMap((name, index) => {
    const taken = isPlace(name) ? placeInSettings(settings ?? {}, name, valueOf(index)) : takenIn(env, name);
    if (taken !== undefined) return [`secrets.${name} ${taken}`];
    if (!isPlace(name)) env[name] = valueOf(index);
    return [];
  });
}

const takenIn = (env: Record<string, string>, name: string): string | undefined =>
  env[name] ? 'has a value in the env file, too; keep one of them' : undefined;

async function resolveAll(ctx: Context, target: Target, names: readonly string[]): Promise<Resolved[]> {
  const found: Resolved[] = [];
  for (let at = 0; at < names.length; at += atOnce) {
    const some = names.slice(at, at + atOnce);
    found.push(...(await Promise.all(some.map((name) => resolve(ctx, target, name)))));
  }
  return found;
}
