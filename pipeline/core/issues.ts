import type { z } from 'zod';

/** One line a mistake: key, what is wrong, the value that was found. */
export const describeIssues = (error: z.ZodError): string =>
  error.issues
    .map((issue) => {
      const key = issue.path.join('.') || '(top level)';
      const value =
        issue.input === undefined || typeof issue.input === 'object' ? '' : ` (found ${JSON.stringify(issue.input)})`;
      return `  ${key}: ${issue.message}${value}`;
    })
    .join('\n');
