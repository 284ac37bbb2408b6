import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { architectureOf } from '../../core/architecture.ts';
import { DeployError } from '../../core/errors.ts';
import { readSettings, chooseEnvironment } from '../../core/read-target.ts';
import { completeBlocks, type Settings } from '../../core/settings.ts';
import { fill } from '../../core/template.ts';
import type { Placed } from './place.ts';

const workflow = '.github/workflows/redeploy.yml';

export interface WorkflowOptions {
  /** That pull requests are planned for and releases go to; the only one, or production, unless given. */
  environment?: string;
  /** Version of meteor-redeploy that the jobs install. */
  version: string;
  /** Directory of the package's templates. */
  templates: string;
}

export interface WorkflowResult extends Placed {
  environment: string;
  /** Root of the git repository, where GitHub looks for workflows. */
  repository: string;
}

/**
 * Writes the workflow of the release job into the repository of an app that is configured. A file that says something else
 * is the user's and stays. Throws `settings`, and `usage` outside of a git repository.
 */
export async function initGithub(directory: string, options: WorkflowOptions): Promise<WorkflowResult> {
  const settings = await readSettings(directory);
  const environment = releasedTo(settings, options.environment);
  const repository = findRepository(directory);
  const template = await readFile(path.join(options.templates, 'github/workflow.yml'), 'utf8');
  const appDirectory = path.relative(repository, path.resolve(directory)).split(path.sep).join('/') || '.';
  const text = workflowOf(template, settings, { environment, version: options.version, appDirectory });
  const file = path.join(repository, workflow);
  const there = await readFile(file, 'utf8').catch(() => undefined);
  const outcome = there === undefined ? 'written' : there === text ? 'same' : 'kept';
  if (outcome === 'written') {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return { name: workflow, outcome, details: [], environment, repository };
}

function workflowOf(
  template: string,
  settings: Settings,
  { environment, version, appDirectory }: { environment: string; version: string; appDirectory: string },
): string {
  const own = { ...settings.instance, ...settings.environments[environment]?.instance };
  const { type } = completeBlocks.shape.instance.parse(own);
  return fill(template, {
    ENVIRONMENT: environment,
    ENVIRONMENT_TEXT: JSON.stringify(environment),
    ENVIRONMENTS: JSON.stringify(Object.keys(settings.environments)),
    APP_DIRECTORY: JSON.stringify(appDirectory),
    VERSION: version,
    // Native modules are compiled in the image: on the machines' own CPU it needs no emulation.
    RUNNER: architectureOf(type) === 'arm64' ? 'ubuntu-24.04-arm' : 'ubuntu-latest',
  });
}

/** Several environments and none named: releases go to production, if there is one. */
function releasedTo({ environments }: Settings, wanted: string | undefined): string {
  const isObvious = wanted === undefined && 'production' in environments;
  return chooseEnvironment({ environments }, isObvious ? 'production' : wanted);
}

function findRepository(directory: string): string {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return at;
    if (at === path.dirname(at)) break;
  }
  throw new DeployError('usage', `${path.resolve(directory)} is in no git repository`, {
    hint: 'run `git init` at the root of your project first: GitHub looks there for .github/workflows',
  });
}
