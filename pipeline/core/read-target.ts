import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { architectureOf } from './architecture.ts';
import { DeployError } from './errors.ts';
import { issueLines } from './issues.ts';
import { readJson } from './json-file.ts';
import { mistakesAcross } from './settings/rules.ts';
import { repair } from './settings/repair.ts';
import { blockNames, completeBlocks, Settings } from './settings.ts';
import type { Target } from './target.ts';

const fileName = 'redeploy.json';

/** Reads redeploy.json in `directory`. Throws `settings` with every mistake in it at once. */
export async function readSettings(directory: string): Promise<Settings> {
  const written = await readWritten(directory);
  if (written.error) throw refusal(directory, issueLines(written.error));
  return written.settings;
}

/**
 * The environment `wanted`, or the only one. Checks the schema, the rules that span keys, that the named files exist, and
 * `more` if asked to (what is in these files). Throws `settings` with all mistakes, `usage` for an unknown environment.
 */
export async function readTarget(
  directory: string,
  wanted?: string,
  more: (target: Target) => Promise<string[]> = async () => [],
): Promise<Target> {
  const { error, settings, wrong } = await readWritten(directory);
  const issues = error ? issueLines(error) : [];
  if (!settings) throw refusal(directory, issues);
  const target = targetOf(directory, settings, chooseEnvironment(settings, wanted));
  const across = mistakesAcross(target, wrong);
  const own = [...issues, ...across];
  const others = await more(target);
  if (own.length + others.length > 0) throw refusal(directory, own, { environment: target.environment, others });
  return target;
}

type Written =
  | { error?: never; settings: Settings; wrong: ReadonlySet<string> }
  | { error: z.ZodError; settings: Settings | undefined; wrong: ReadonlySet<string> };

/** What stands in redeploy.json; with mistakes, what is left of it without them. */
async function readWritten(directory: string): Promise<Written> {
  const file = path.join(directory, fileName);
  if (!existsSync(file)) {
    throw new DeployError('settings', `no ${fileName} in ${directory}`, {
      hint: 'run `redeploy init` in the directory of your Meteor app, or name it with --app-dir',
    });
  }
  const written = readJson(fileName, await readFile(file, 'utf8'));
  const parsed = Settings.safeParse(written, { reportInput: true });
  if (parsed.success) return { settings: parsed.data, wrong: new Set() };
  const rest = repair(written, parsed.error);
  return { error: parsed.error, settings: rest?.settings, wrong: rest?.wrong ?? new Set() };
}

/** Mistakes in redeploy.json, and those in the files of an environment. */
function refusal(directory: string, own: readonly string[], files = { environment: '', others: [] as string[] }) {
  const { environment, others } = files;
  const all = [...own, ...others];
  const places = [
    ...(own.length > 0 ? [path.join(directory, fileName)] : []),
    ...(others.length > 0 ? [`settings and env of ${environment}`] : []),
  ];
  const lines = all.map((line) => `  ${line}`).join('\n');
  const pages = [
    ...(own.length > 0 ? ['docs/settings.md explains every key, and "$schema" tells them to your editor'] : []),
    ...(others.length > 0 ? ['docs/secrets.md shows how to write every value'] : []),
  ];
  return new DeployError('settings', `${count(all.length)} in ${places.join(' and ')}\n${lines}`, {
    hint: `correct ${all.length === 1 ? 'it' : 'them'}; ${pages.join('; ')}`,
  });
}

function targetOf(directory: string, settings: Settings, environment: string): Target {
  const own = settings.environments[environment];
  const merged = Object.fromEntries(blockNames.map((block) => [block, { ...settings[block], ...own?.[block] }]));
  const blocks = completeBlocks.parse(merged);
  return {
    ...blocks,
    app: settings.app,
    environment,
    region: own?.region ?? settings.region,
    directory: path.resolve(directory),
    settingsFile: fileOf(directory, own?.settings, `settings/${environment}.json`),
    envFile: fileOf(directory, own?.env, `settings/${environment}.env`),
    secrets: own?.secrets ?? {},
    architecture: architectureOf(blocks.instance.type),
    tags: { ...settings.tags, ...own?.tags },
  };
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

const count = (mistakes: number): string => (mistakes === 1 ? '1 mistake' : `${mistakes} mistakes`);
