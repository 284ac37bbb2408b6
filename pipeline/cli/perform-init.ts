import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  checkUnconfigured,
  configuration,
  init,
  proposeName,
  type InitAnswers,
  type InitResult,
} from '../commands/init.ts';
import { DeployError } from '../core/errors.ts';
import { ask } from '../edge/terminal/ask.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';
import { performInitFromMup } from './perform-init-from-mup.ts';
import type { Shown } from './shown.ts';

/** `redeploy init`; with `--github`, an app that is configured already only gets its workflow. */
export async function performInit({ options }: ChoiceOf<'init'>, session: Session): Promise<Shown> {
  if (!options.github) return await configure(options, session);
  const { performInitGithub } = await import('./perform-init-github.ts');
  const isConfigured = existsSync(path.join(path.resolve(session.io.cwd, options.appDir), configuration));
  if (isConfigured && options.fromMup === undefined) return await performInitGithub(options, session);
  const configured = await configure(options, session);
  const workflow = await performInitGithub(options, session);
  return {
    document: { ...(configured.document as object), workflow: workflow.document },
    lines: (paint) => [...configured.lines(paint), '', ...workflow.lines(paint)],
  };
}

/** Asks what the command line does not say, if there is somebody to ask. */
async function configure(options: ChoiceOf<'init'>['options'], session: Session): Promise<Shown> {
  if (options.fromMup !== undefined) return await performInitFromMup(options, options.fromMup, session);
  if (options.settings !== undefined) throw new DeployError('usage', '--settings goes with --from-mup');
  const directory = path.resolve(session.io.cwd, options.appDir);
  checkUnconfigured(directory);
  const { env, stdin, stderr } = session.io;
  const isAsking = !options.yes && !options.json && stdin.isTTY && stderr.isTTY;
  const streams = { input: stdin, output: stderr };
  const settle = async (given: string | undefined, question: string, proposal: string): Promise<string> =>
    given ?? (isAsking ? await ask(streams, question, proposal, session.signal) : proposal);
  const answers: InitAnswers = {
    app: await settle(options.app, 'Name of the app?', await proposeName(directory)),
    region: await settle(options.region, 'AWS region?', env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1'),
    environment: await settle(options.environment, 'Name of the environment?', 'production'),
  };
  const result = await init(directory, answers);
  return { document: result, lines: () => linesOf(result, directory) };
}

function linesOf(result: InitResult, directory: string): string[] {
  const { app, region, environment } = result;
  const steps = [
    `put Meteor's settings into settings/${environment}.json`,
    `put MONGO_URL and the like into settings/${environment}.env`,
    'look at redeploy.json: size and number of machines',
    'rehearse on this machine: redeploy deploy --sandbox',
    'and for real: redeploy deploy',
  ];
  return [
    `${app} will be deployed to ${region} as ${environment}; written in ${directory}:`,
    ...result.written.map((name) => `  ${name}`),
    ...(result.isMeteor
      ? []
      : ['', 'This is no Meteor app yet (no .meteor/release here): `meteor create .` makes one.']),
    '',
    'Next:',
    ...steps.map((text, at) => `  ${at + 1}. ${text}`),
  ];
}
