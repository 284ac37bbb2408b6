import type { z } from 'zod';

/** One line a mistake: key, what is wrong, the value that was found. */
export const describeIssues = (error: z.ZodError): string =>
  error.issues
    .map((issue) => {
      const key = issue.path.join('.') || '(top level)';
      const value =
        issue.input === undefined || typeof issue.input === 'object' ? '' : ` (found ${JSON.stringify(issue.input)})`;
      return `  ${key}: ${wordsFor(issue)}${value}`;
    })
    .join('\n');

/** Zod's own words, but for what people get wrong most. */
function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'it is missing';
  if (issue.code === 'unrecognized_keys') return `there is no key ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  return issue.message;
}
