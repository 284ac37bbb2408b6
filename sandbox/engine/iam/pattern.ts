type Matcher = (text: string) => boolean;
interface Kind {
  isArn?: boolean;
  ignoresCase?: boolean;
}

/** By kind: every request asks a hundred patterns, and most of them have no wildcard. */
const compiled = {
  arn: new Map<string, Matcher>(),
  word: new Map<string, Matcher>(),
  exact: new Map<string, Matcher>(),
};

/**
 * Whether `text` matches a pattern of a policy: `*` any number of characters, `?` exactly one. Within an ARN a star stays
 * in its segment unless it ends it (reference_policies_elements_resource.html, "Use wildcards in resource ARNs").
 */
export function matches(pattern: string, text: string, kind: Kind = {}): boolean {
  if (pattern === '*' || pattern === text) return true;
  const known = compiled[kind.isArn ? 'arn' : kind.ignoresCase ? 'word' : 'exact'];
  let matcher = known.get(pattern);
  if (!matcher) known.set(pattern, (matcher = matcherOf(pattern, kind)));
  return matcher(text);
}

function matcherOf(pattern: string, kind: Kind): Matcher {
  if (/[*?]/.test(pattern)) {
    const expression = compile(pattern, kind);
    return (text) => expression.test(text);
  }
  if (!kind.ignoresCase) return (text) => text === pattern;
  const lower = pattern.toLowerCase();
  return (text) => text.length === pattern.length && text.toLowerCase() === lower;
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
