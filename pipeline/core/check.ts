/** How one thing stands that a deploy needs. */
export interface Verdict {
  verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was seen. */
  what: string;
  /** The next thing to type or to do; there whenever something is wrong. */
  remedy?: string;
}

export const ok = (what: string): Verdict => ({ verdict: 'ok', what });
export const warning = (what: string, remedy: string): Verdict => ({ verdict: 'warning', what, remedy });
export const failed = (what: string, remedy: string): Verdict => ({ verdict: 'failed', what, remedy });

/** What could not be looked at because of something else, which a check of its own tells of. */
export const skipped = (what: string): Verdict => ({ verdict: 'skipped', what });

/** One verdict of several about the same thing: the worst, with all that is wrong, and the first remedy for it. */
export function worst(verdicts: readonly Verdict[], allGood: string): Verdict {
  const bad = verdicts.filter(({ verdict }) => verdict !== 'ok');
  const first = bad.find(({ verdict }) => verdict === 'failed') ?? bad[0];
  return first ? { ...first, what: bad.map(({ what }) => what).join('; ') } : ok(allGood);
}
