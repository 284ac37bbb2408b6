import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'dotenv';
import { readJson } from '../../core/json-file.ts';
import { blockNames, type WrittenSettings } from '../../core/settings.ts';
import { emptySettings, envText, ignoreEnvFiles, json } from '../init.ts';

/** What became of a file: written, the same already, with something added, or kept though it says something else. */
export interface Placed {
  name: string;
  outcome: 'written' | 'same' | 'extended' | 'kept';
  /** What it says otherwise, or what was added; never a secret. */
  details: string[];
}

export async function placeIgnore(directory: string): Promise<Placed> {
  const added = await ignoreEnvFiles(directory);
  return { name: '.gitignore', outcome: added.length > 0 ? 'extended' : 'same', details: added };
}

/** A file of which only sameness counts. */
export async function placeText(directory: string, name: string, wanted: Buffer): Promise<Placed> {
  const there = await readFile(path.join(directory, name)).catch(() => undefined);
  if (there?.equals(wanted)) return { name, outcome: 'same', details: [] };
  if (there === undefined || there.toString() === emptySettings) return write(directory, name, wanted);
  const details = [`${there.length} bytes there, ${wanted.length} from mup`, ...keysThatDiffer(there, wanted)];
  return { name, outcome: 'kept', details };
}

/** Two .env files are the same when each variable from mup has its value there. */
export async function placeEnv(directory: string, name: string, wanted: string): Promise<Placed> {
  const there = await readFile(path.join(directory, name), 'utf8').catch(() => undefined);
  if (there === undefined || there === envText) return write(directory, name, Buffer.from(wanted));
  const [found, meant] = [parse(there), parse(wanted)];
  const details = Object.keys(meant).flatMap((variable) => {
    if (found[variable] === meant[variable]) return [];
    return [`${variable}: ${variable in found ? 'another value' : 'not'} there`];
  });
  return { name, outcome: details.length === 0 ? 'same' : 'kept', details };
}

/** redeploy.json: a new environment is added to it, one that is there stays as it is. */
export async function placeConfiguration(
  directory: string,
  wanted: WrittenSettings,
  environment: string,
): Promise<Placed> {
  const name = 'redeploy.json';
  const text = await readFile(path.join(directory, name), 'utf8').catch(() => undefined);
  if (text === undefined) return write(directory, name, Buffer.from(json(wanted)));
  const there = readJson(name, text) as WrittenSettings;
  const environments = there.environments as WrittenSettings['environments'] | undefined;
  const own = environments?.[environment];
  if (there.app === wanted.app && own === undefined) {
    const region = there.region === wanted.region ? {} : { region: wanted.region };
    const added = { ...region, ...wanted.environments[environment] };
    const all = { ...there, environments: { ...environments, [environment]: added } };
    await writeFile(path.join(directory, name), json(all));
    return { name, outcome: 'extended', details: [`environments.${environment}`] };
  }
  const general = [
    ...difference('app', there.app, wanted.app),
    ...difference('region', own?.region ?? there.region, wanted.region),
  ];
  const details = [...general, ...differences(there, wanted, environment)];
  return { name, outcome: details.length === 0 ? 'same' : 'kept', details };
}

/** Key by key, with what stands above the environments filled in. */
function differences(there: WrittenSettings, wanted: WrittenSettings, environment: string): string[] {
  const [own, meant] = [there, wanted].map((settings) => settings.environments[environment] ?? {});
  return blockNames.flatMap((block) => {
    const found: Record<string, unknown> = { ...there[block], ...own?.[block] };
    return Object.entries(meant?.[block] ?? {}).flatMap(([key, value]) =>
      difference(`environments.${environment}.${block}.${key}`, found[key], value),
    );
  });
}

const difference = (key: string, there: unknown, wanted: unknown): string[] =>
  isDeepStrictEqual(there, wanted) ? [] : [`${key}: ${textOf(there)} there, ${textOf(wanted)} from mup`];

const textOf = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Names of the keys at the top; their values may be secret. */
function keysThatDiffer(there: Buffer, wanted: Buffer): string[] {
  try {
    const [one, other] = [there, wanted].map((text) => JSON.parse(text.toString()) as Record<string, unknown>);
    const keys = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
    const differing = [...keys].filter((key) => !isDeepStrictEqual(one?.[key], other?.[key]));
    return differing.length === 0 ? ['only blanks differ'] : [`differing: ${differing.join(', ')}`];
  } catch {
    return [];
  }
}

/** .env files are readable by their owner alone. */
async function write(directory: string, name: string, text: Buffer): Promise<Placed> {
  const file = path.join(directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text, { mode: /\.env(\.json)?$/.test(name) ? 0o600 : 0o644 });
  return { name, outcome: 'written', details: [] };
}
