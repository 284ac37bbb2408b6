import path from 'node:path';
import { initGithub, type WorkflowResult } from '../commands/init/github.ts';
import { packageRoot } from '../edge/package-root.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';
import type { Shown } from './shown.ts';
import { packageVersion } from './version.ts';

/** `redeploy init --github`: the workflow of the release job, for an app that has its redeploy.json. */
export async function performInitGithub(options: ChoiceOf<'init'>['options'], { io }: Session): Promise<Shown> {
  const result = await initGithub(path.resolve(io.cwd, options.appDir), {
    ...(options.environment !== undefined && { environment: options.environment }),
    version: packageVersion(),
    templates: path.join(packageRoot, 'templates'),
  });
  return { document: result, lines: () => linesOf(result) };
}

const words = {
  written: 'written',
  extended: 'extended',
  same: 'there already, unchanged',
  kept: 'kept as it is; it differs from what would be written (move it away to have it written anew)',
};

function linesOf({ name, outcome, environment, repository }: WorkflowResult): string[] {
  const steps = [
    'make the two roles in AWS: redeploy iam prints the commands',
    'in GitHub, Settings, Secrets and variables, Actions: variables REDEPLOY_ROLE and REDEPLOY_PLAN_ROLE, their ARNs',
    `there, secrets REDEPLOY_ENV and REDEPLOY_SETTINGS: what is in settings/${environment}.env and .json, if git does not have it`,
    'commit the workflow; the next pull request shows a plan, the next published release is deployed',
  ];
  return [
    `${name} in ${repository}: ${words[outcome]}`,
    '',
    'Next:',
    ...steps.map((text, at) => `  ${at + 1}. ${text}`),
  ];
}
