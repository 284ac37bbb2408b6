/** What no variable of a process can carry. */
export function mistakesInVariable(name: string, value: unknown): string[] {
  if (!/^[\w.-]+$/.test(name) || name === '__proto__')
    return [`${JSON.stringify(name)} is no name for a variable; use letters, digits and _`];
  if (typeof value !== 'string') return [`${name} is no text; write it between quotes`];
  if (value.includes('\0')) return [`${name} has a NUL character, which no variable can carry`];
  if (!isWellFormed(value)) return [`${name} has half of a surrogate pair, which no variable can carry`];
  return [];
}

const isWellFormed = (text: string): boolean => Buffer.from(text).toString() === text;
