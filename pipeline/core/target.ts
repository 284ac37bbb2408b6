import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { architectureOf, type Architecture } from './architecture.ts';
import { DeployError } from './errors.ts';
import { describeIssues } from './issues.ts';
import { readJson } from './json-file.ts';
import { blockNames, completeBlocks, Settings, type Blocks } from './settings.ts';

/** One environment of one app with everything decided: what the whole pipeline works with. */
export interface Target extends Blocks {
  app: string;
  environment: string;
  region: string;
  /** Directory of redeploy.json, which is the app's source directory. */
  directory: string;
  /** Absolute; undefined when the environment has none. */
  settingsFile: string | undefined;
  envFile: string | undefined;
  architecture: Architecture;
  tags: Record<string, string>;
}

const fileName = 'redeploy.json';

/** Reads redeploy.json in `directory`. Throws `settings` with every mistake in it at once. */
export async function readSettings(directory: string): Promise<Settings> {
  const file = path.join(directory, fileName);
  if (!existsSync(file)) {
    throw new DeployError('settings', `no ${fileName} in ${directory}`, {
      hint: 'run `redeploy init` in the directory of your Meteor app, or name it with --app-dir',
    });
  }
  const parsed = Settings.safeParse(readJson(fileName, await readFile(file, 'utf8')), { reportInput: true });
  if (!parsed.success) {
    throw new DeployError(
      'settings',
      `${count(parsed.error.issues.length)} in ${file}\n${describeIssues(parsed.error)}`,
      {
        hint: 'correct them; settings/settings.schema.json in your editor shows every key',
      },
    );
  }
  return parsed.data;
}

/**
 * The environment `wanted`, or the only one. Checks the rules that span keys and that the named files exist.
 * Throws `settings` with all mistakes, `usage` for an unknown environment.
 */
export async function readTarget(directory: string, wanted?: string): Promise<Target> {
  const settings = await readSettings(directory);
  const environment = chooseEnvironment(settings, wanted);
  const own = settings.environments[environment];
  const merged = Object.fromEntries(blockNames.map((block) => [block, { ...settings[block], ...own?.[block] }]));
  const blocks = completeBlocks.parse(merged);
  const target: Target = {
    ...blocks,
    app: settings.app,
    environment,
    region: own?.region ?? settings.region,
    directory: path.resolve(directory),
    settingsFile: fileOf(directory, own?.settings, `settings/${environment}.json`),
    envFile: fileOf(directory, own?.env, `settings/${environment}.env`),
    architecture: architectureOf(blocks.instance.type),
    tags: { ...settings.tags, ...own?.tags },
  };
  const mistakes = rules.flatMap((rule) => rule(target) ?? []);
  if (mistakes.length > 0) {
    const lines = mistakes.map((line) => `  ${line}`).join('\n');
    throw new DeployError('settings', `${count(mistakes.length)} in ${fileName}, environment ${environment}\n${lines}`);
  }
  return target;
}

/** The environment `wanted`, or the only one. Throws `usage`. */
export function chooseEnvironment(
  { environments }: Pick<Settings, 'environments'>,
  wanted: string | undefined,
): string {
  const known = Object.keys(environments);
  const list = known.join(', ');
  if (wanted !== undefined) {
    if (known.includes(wanted)) return wanted;
    throw new DeployError('usage', `${fileName} has no environment "${wanted}"`, { hint: `use one of: ${list}` });
  }
  const [only, ...others] = known;
  if (only !== undefined && others.length === 0) return only;
  throw new DeployError('usage', `${fileName} has ${known.length} environments and none is named`, {
    hint: `add --environment with one of: ${list}`,
  });
}

function fileOf(directory: string, written: string | undefined, usual: string): string | undefined {
  if (written !== undefined) return path.resolve(directory, written);
  const file = path.resolve(directory, usual);
  return existsSync(file) ? file : undefined;
}

/** Rules that span keys: each says what is wrong, or nothing. */
const rules: ((target: Target) => string | undefined)[] = [
  // 32 characters is the limit for load balancer and target group names (ELBv2 API reference, CreateLoadBalancer).
  ({ app, environment }) =>
    app.length + environment.length > 31
      ? `app "${app}" and environment "${environment}" make a name of ${app.length + environment.length + 1} characters; AWS allows 32`
      : undefined,
  ({ app, environment }) =>
    `${app}-${environment}`.startsWith('internal-')
      ? `app "${app}": AWS keeps names that begin with internal- for itself`
      : undefined,
  ({ fleet }) => (fleet.min > fleet.max ? `fleet.min ${fleet.min} is larger than fleet.max ${fleet.max}` : undefined),
  ({ fleet }) =>
    fleet.desired !== undefined && (fleet.desired < fleet.min || fleet.desired > fleet.max)
      ? `fleet.desired ${fleet.desired} is not between fleet.min ${fleet.min} and fleet.max ${fleet.max}`
      : undefined,
  ({ bake, architecture }) =>
    bake.instanceType !== undefined && architectureOf(bake.instanceType) !== architecture
      ? `bake.instanceType "${bake.instanceType}" is ${architectureOf(bake.instanceType)}, instance.type is ${architecture}`
      : undefined,
  ({ balancer }) =>
    balancer.certificate !== undefined && balancer.httpPort === balancer.httpsPort
      ? `balancer.httpPort and balancer.httpsPort are both ${balancer.httpPort}`
      : undefined,
  ({ settingsFile }) => missing('settings', settingsFile),
  ({ envFile }) => missing('env', envFile),
];

const missing = (key: string, file: string | undefined): string | undefined =>
  file !== undefined && !existsSync(file) ? `${key}: there is no file ${file}` : undefined;

const count = (mistakes: number): string => (mistakes === 1 ? '1 mistake' : `${mistakes} mistakes`);
