/** Something in which old and new differ, or that would be lost with the old machine. */
export interface Finding {
  /** What it is called in `retire.accept`: `GET / header vary`, `listener tcp 6379`. */
  key: string;
  /** Public name that was asked for; undefined when it is about the machine. */
  host?: string;
  old: string;
  new: string;
  /** Why it is right, from `retire.accept`; undefined while nobody has explained it. */
  reason?: string;
}

interface Accepted {
  difference: string;
  reason: string;
}

/** Marks the findings that `retire.accept` explains. `*` in an entry stands for anything. */
export const explain = (findings: readonly Finding[], accept: readonly Accepted[]): Finding[] =>
  findings.map((finding) => {
    const entry = accept.find(({ difference }) => matches(difference, finding));
    return entry ? { ...finding, reason: entry.reason } : finding;
  });

/** Entries of `retire.accept` that explain nothing any more. */
export const idleEntries = (findings: readonly Finding[], accept: readonly Accepted[]): string[] =>
  accept.map(({ difference }) => difference).filter((one) => !findings.some((finding) => matches(one, finding)));

export const unexplained = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ reason }) => reason === undefined);

function matches(entry: string, { key, host }: Finding): boolean {
  const pattern = entry
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  const whole = new RegExp(`^${pattern}$`);
  return whole.test(key) || (host !== undefined && whole.test(`${host} ${key}`));
}
