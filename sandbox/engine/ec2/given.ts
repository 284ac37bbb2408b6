/** The members that were given: for laying one object over another without wiping out with `undefined`. */
export function given<T extends object>(members: T): Given<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>;
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };
