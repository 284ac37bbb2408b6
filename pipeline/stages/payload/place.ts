/**
 * Puts a value into Meteor's settings where a JSON Pointer leads, making the objects on the way. Says why when it cannot: a value
 * stands there already, or the way leads through something that is no object.
 */
export function placeInSettings(settings: Record<string, unknown>, pointer: string, value: string): string | undefined {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let at = settings;
  for (const key of keys) {
    const next = Object.hasOwn(at, key) ? at[key] : (at[key] = {});
    if (typeof next !== 'object' || next === null || Array.isArray(next))
      return `leads through ${key}, which is no object in the settings file`;
    at = next as Record<string, unknown>;
  }
  if (Object.hasOwn(at, last) && at[last] !== '') return 'has a value in the settings file, too; keep one of them';
  at[last] = value;
  return undefined;
}
