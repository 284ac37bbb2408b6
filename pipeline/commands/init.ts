import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployError } from '../core/errors.ts';
import { describeIssues } from '../core/issues.ts';
import { Settings, type WrittenSettings } from '../core/settings.ts';

export interface InitAnswers {
  app: string;
  region: string;
  environment: string;
}

export interface InitResult extends InitAnswers {
  /** Relative to the app's directory. */
  written: string[];
  /** Whether the directory is a Meteor app; files are written all the same, it may become one. */
  isMeteor: boolean;
}

/** File that makes a directory a configured app. */
export const configuration = 'redeploy.json';
/** Lines of .gitignore: these files hold secrets. */
const ignored = ['settings/*.env', 'settings/*.env.json'];

/** Refuses a directory that is configured already. Throws `usage`. Called before anything is asked. */
export function checkUnconfigured(directory: string): void {
  if (!existsSync(directory)) throw new DeployError('usage', `there is no directory ${directory}`);
  if (!existsSync(path.join(directory, configuration))) return;
  throw new DeployError('usage', `${configuration} exists already in ${directory}`, {
    hint: 'edit it, or move it away to begin anew',
  });
}

/** Good guesses: the name that the app gives itself, or that of its directory. */
export async function proposeName(directory: string): Promise<string> {
  const text = await readFile(path.join(directory, 'package.json'), 'utf8').catch(() => '{}');
  const name = nameIn(text) ?? path.basename(path.resolve(directory));
  const proper = name
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 20)
    .replace(/-+$/, '');
  return proper || 'app';
}

function nameIn(packageJson: string): string | undefined {
  try {
    const { name } = JSON.parse(packageJson) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the files of a new configuration; what exists stays as it is. Throws `usage`. */
export async function init(directory: string, answers: InitAnswers): Promise<InitResult> {
  checkUnconfigured(directory);
  const settings: WrittenSettings = {
    $schema: schemaOf(directory),
    app: answers.app,
    region: answers.region,
    instance: { type: 't3.small' },
    fleet: { min: 2, max: 4 },
    environments: { [answers.environment]: {} },
  };
  const checked = Settings.safeParse(settings, { reportInput: true });
  if (!checked.success) {
    throw new DeployError('usage', `this makes no ${configuration}\n${describeIssues(checked.error)}`);
  }
  const { environment } = answers;
  const files: [string, string][] = [
    [`settings/${environment}.json`, emptySettings],
    [`settings/${environment}.env`, envText],
    // Last: whoever is cut off before it can simply run init again.
    [configuration, json(settings)],
  ];
  const written: string[] = [];
  if ((await ignoreEnvFiles(directory)).length > 0) written.push('.gitignore');
  await mkdir(path.join(directory, 'settings'), { recursive: true });
  for (const [name, text] of files) if (await writeNew(path.join(directory, name), text)) written.push(name);
  return { ...answers, written, isMeteor: existsSync(path.join(directory, '.meteor', 'release')) };
}

/** The schema of the version that is installed beside the app, if one is: an editor needs no network for it. */
export function schemaOf(directory: string): string {
  const file = 'node_modules/meteor-redeploy/settings/settings.schema.json';
  if (existsSync(path.join(directory, file))) return `./${file}`;
  return 'https://unpkg.com/meteor-redeploy/settings/settings.schema.json';
}

/** As our files are written. */
export const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Meteor's settings before there are any. */
export const emptySettings: string = json({ public: {}, private: {} });

/** The .env file before there is anything in it. */
export const envText = `# Environment variables of the app, one NAME=value a line. Not for git.
# ROOT_URL is the address of the load balancer until you set it.
# ROOT_URL=https://www.example.com
# MONGO_URL=mongodb+srv://user:password@cluster.example.net/app
# MAIL_URL=smtp://user:password@smtp.example.com:587
`;

/** False when the file is there. Readable by its owner alone: secrets will be written into it. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: file.endsWith('.env') ? 0o600 : 0o644 });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Keeps .env files out of git; returns the lines that it added. */
export async function ignoreEnvFiles(directory: string): Promise<string[]> {
  const file = path.join(directory, '.gitignore');
  const text = await readFile(file, 'utf8').catch(() => '');
  const there = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, '')));
  const missing = ignored.filter((line) => !there.has(line));
  if (missing.length === 0) return [];
  await writeFile(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
  return missing;
}
