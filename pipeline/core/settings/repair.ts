import type { z } from 'zod';
import { Settings } from '../settings.ts';

/** Settings that can be worked with, and the keys in them that were wrong. */
interface Repaired {
  settings: Settings;
  /** As in `fleet.min`, wherever it stood. */
  wrong: ReadonlySet<string>;
}

type Path = readonly PropertyKey[];
type Branch = Record<PropertyKey, unknown>;

/**
 * Leaves out what the schema refuses, so that the rest can be judged in the same run: somebody with ten mistakes wants to
 * read ten, not the first three. Undefined when nothing sensible is left.
 */
export function repair(written: unknown, error: z.ZodError): Repaired | undefined {
  if (!isBranch(written)) return undefined;
  const rest: Branch = structuredClone(written);
  const wrong = new Set<string>();
  for (let { issues } = error, attempt = 0; attempt < 4; attempt += 1) {
    for (const path of issues.flatMap(badPaths)) {
      wrong.add((path[0] === 'environments' ? path.slice(2) : path).join('.'));
      remove(rest, path);
    }
    const parsed = Settings.safeParse({ app: 'app', region: 'us-east-1', ...rest });
    if (parsed.success) return { settings: parsed.data, wrong };
    issues = parsed.error.issues;
  }
  return undefined;
}

/** A key of a block is left out as a whole, even when only an element of its list is wrong. */
const badPaths = (issue: z.core.$ZodIssue): Path[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => [...issue.path, key])
    : [issue.path.slice(0, depth(issue.path))];

const depth = ([first]: Path): number => (first === 'environments' ? 4 : 2);

function remove(branch: Branch, [key, ...below]: Path): void {
  if (key === undefined) return;
  const next = branch[key];
  if (below.length > 0 && isBranch(next)) remove(next, below);
  else delete branch[key];
}

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
