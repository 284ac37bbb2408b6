const compiled = new Map<string, RegExp>();

/**
 * Whether `text` matches a pattern of a policy: `*` any number of characters, `?` exactly one. Within an ARN a star stays
 * in its segment unless it ends it (reference_policies_elements_resource.html, "Use wildcards in resource ARNs").
 */
export function matches(
  pattern: string,
  text: string,
  options: { isArn?: boolean; ignoresCase?: boolean } = {},
): boolean {
  if (pattern === '*' || pattern === text) return true;
  const key = `${options.isArn ? 'a' : ''}${options.ignoresCase ? 'i' : ''} ${pattern}`;
  const known = compiled.get(key) ?? compile(pattern, options);
  compiled.set(key, known);
  return known.test(text);
}

function compile(pattern: string, { isArn, ignoresCase }: { isArn?: boolean; ignoresCase?: boolean }): RegExp {
  const parts = pattern.split(/([*?])/).map((part, at, all) => {
    if (part === '?') return '.';
    if (part !== '*') return part.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
    const next = all[at + 1] ?? '';
    return isArn && next !== '' && !next.startsWith(':') ? '[^:]*' : '.*';
  });
  return new RegExp(`^${parts.join('')}$`, ignoresCase ? 'is' : 's');
}
