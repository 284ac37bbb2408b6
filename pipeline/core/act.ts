import type { Context } from './context.ts';

/** One thing that a deploy does: in words, and with the AWS operations that it takes. Plain data; `plan` prints it. */
export interface Change {
  action: 'create' | 'change' | 'move' | 'delete';
  /** Kind and name: `security group shop-production-app`. */
  what: string;
  /** Why it has to be done: what was found, and what is wanted instead. */
  why: string;
  /** Operations that change something, in IAM's words: `ec2:CreateSecurityGroup`. */
  calls: readonly string[];
}

/** Something that is not as a deploy would make it, and that a deploy leaves so. */
export interface Left {
  what: string;
  /** What is different, and why it stays. */
  why: string;
}

/**
 * A change together with the deed. Stages decide in pure functions which acts are needed; `plan` lists their changes,
 * `deploy` performs them: so one cannot say what the other does not do.
 */
export interface Act {
  change: Change;
  perform(ctx: Context): Promise<unknown>;
}

/** Carries acts out, one after the other; says each in the verbose log. */
export async function performAll(ctx: Context, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    const { action, what, why } = act.change;
    ctx.report({ kind: 'output', line: `${action} ${what}: ${why}` });
    await act.perform(ctx);
  }
}

export const changesOf = (acts: readonly Act[]): Change[] => acts.map(({ change }) => change);

/** A thing that is made and what is done to it right after, as the one line that people see of it. */
export const creation = (what: string, call: string, then: readonly (Act | Change)[] = []): Change => ({
  action: 'create',
  what,
  why: 'it is not there',
  calls: [call, ...then.flatMap((one) => ('change' in one ? one.change.calls : one.calls))],
});

/** `idle timeout is 30, wanted 60`, for each key whose value differs. Both as AWS spells them. */
export function differences(
  found: Readonly<Record<string, string | undefined>>,
  wanted: Readonly<Record<string, string>>,
): { changed: Record<string, string>; why: string } {
  const entries = Object.entries(wanted).filter(([key, value]) => found[key] !== value);
  const why = entries.map(([key, value]) => `${key} is ${found[key] ?? 'not set'}, wanted is ${value}`).join('; ');
  return { changed: Object.fromEntries(entries), why };
}
