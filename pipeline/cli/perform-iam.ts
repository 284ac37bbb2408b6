import path from 'node:path';
import { iamDocument, iamSetup, type IamOptions } from '../commands/iam.ts';
import { accountOf } from '../core/account.ts';
import { DeployError } from '../core/errors.ts';
import type { PolicyName } from '../core/policy-names.ts';
import { readSettings } from '../core/read-target.ts';
import { packageRoot } from '../edge/package-root.ts';
import { shell } from '../edge/shell.ts';
import type { ChoiceOf } from './choice.ts';
import { contextIn, type Session } from './context.ts';
import type { Shown } from './shown.ts';

/** `redeploy iam [document]`: the document alone on stdout, so that a shell can hand it on; what to do with it on stderr. */
export async function performIam({ options, name }: ChoiceOf<'iam'>, session: Session): Promise<Shown> {
  const directory = path.resolve(session.io.cwd, options.appDir);
  const { environment, sandbox } = options;
  const { region } = await readSettings(directory);
  const common: IamOptions = {
    account: options.account ?? (await accountOf(await contextIn(session, { region, isSandbox: sandbox }))),
    ...(environment !== undefined && { environment }),
    templates: path.join(packageRoot, 'templates'),
  };
  if (name === undefined) {
    const commands = await iamSetup(directory, {
      ...common,
      ...(options.repo !== undefined && { repository: options.repo }),
    });
    return { document: { commands }, lines: () => commands };
  }
  const repository = isTrust(name) ? (options.repo ?? (await repositoryOf(directory, session))) : undefined;
  const document = await iamDocument(directory, name, { ...common, ...(repository !== undefined && { repository }) });
  session.report({
    kind: 'note',
    message: 'what to do with it: `redeploy iam` prints the commands, docs/permissions.md tells more',
  });
  return { document, lines: () => JSON.stringify(document, undefined, 2).split('\n') };
}

const isTrust = (name: PolicyName): boolean => name.startsWith('github');

/** `owner/name` of the repository's origin on GitHub. */
async function repositoryOf(directory: string, { signal }: Session): Promise<string> {
  const { stdout } = await shell('git', ['remote', 'get-url', 'origin'], { cwd: directory, signal });
  const found = /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\s*$/.exec(stdout)?.[1];
  if (found !== undefined) return found;
  throw new DeployError('usage', `${directory} has no origin on GitHub`, {
    hint: 'name the repository: --repo owner/name',
  });
}
