import type { z } from 'zod';
import { nearestKey } from './settings/nearest-key.ts';

/** One line a mistake: key, what is wrong, the value that was found. */
export const issueLines = (error: z.ZodError): string[] =>
  error.issues.flatMap((issue) => {
    const key = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => strangeKey(issue.path, name));
    const value = canBeShown(issue) ? ` (found ${JSON.stringify(issue.input)})` : '';
    return `${key || '(top level)'}: ${wordsFor(issue)}${value}`;
  });

/** The same as indented text. */
export const describeIssues = (error: z.ZodError): string =>
  issueLines(error)
    .map((line) => `  ${line}`)
    .join('\n');

/** Keys that mup had, and what is to be done about them here. */
const advice: Record<string, string> = {
  volumes:
    'machines are replaced and their disks with them: keep uploads in S3 (or GridFS), what several machines share in EFS or a database',
  servers: 'machines come and go by themselves; fleet.min and fleet.max say how many',
  env: 'variables of the app stand in the .env file, which environments.<name>.env names',
  docker: 'the image has a block of its own: image',
  buildOptions: 'the key is build',
  proxy: 'the load balancer has a block of its own: balancer',
  ssl: 'certificates come from ACM: see balancer',
  mongo: 'no database runs on the machines: name one elsewhere as MONGO_URL in the .env file',
  hooks:
    'there are no hooks: run commands before and after `redeploy deploy`, or while the AMI is baked (bake.commands)',
};

function strangeKey(at: readonly PropertyKey[], name: string): string {
  const meant = nearestKey(at, name);
  const why = advice[name] ?? (meant && `did you mean "${meant}"?`);
  return `${at.join('.') || '(top level)'}: there is no key "${name}"${why === undefined ? '' : `: ${why}`}`;
}

/** What stands under `secrets` may be the secret itself, put there by mistake. */
const canBeShown = ({ input, path }: z.core.$ZodIssue): boolean =>
  input !== undefined && typeof input !== 'object' && !path.includes('secrets');

/** Zod's own words, but for what people get wrong most. */
function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'it is missing';
  // Of a name that the user chose, such as a tag: what is wrong with it.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join(', ');
  if ('issues' in issue) return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}
